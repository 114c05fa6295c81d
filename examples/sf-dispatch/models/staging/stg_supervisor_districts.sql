-- The newest row of each district.
select supervisor_district, district_name, supervisor_name, data_as_of
from (
  select
    cast(cast(sup_dist_num as integer) as varchar) as supervisor_district,
    sup_dist_name as district_name,
    sup_name as supervisor_name,
    data_as_of,
    row_number() over (partition by sup_dist_num order by data_as_of desc, data_loaded_at desc) as place
  from {{ source('raw', 'supervisor_districts') }}
  where sup_dist_num is not null
) as ranked
where place = 1
