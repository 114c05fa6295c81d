select grp, count(*) as items, sum(v) as v from {{ source('raw', 'items') }} group by grp
