select country, sum(spent) as spent from {{ ref('customers') }} group by 1 order by 2 desc
