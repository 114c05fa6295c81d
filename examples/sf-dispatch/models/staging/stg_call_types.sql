-- A code may stand in the source more than once; the newest row tells what it means.
select call_type, call_type_text, usual_priority
from (
  select
    cast(call_type as varchar) as call_type,
    description as call_type_text,
    priority as usual_priority,
    row_number() over (partition by call_type order by data_as_of desc, key desc) as place
  from {{ source('raw', 'call_types') }}
  where call_type is not null
) as ranked
where place = 1
