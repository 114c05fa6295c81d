-- 1 is Monday.
select cast(extract(isodow from received_datetime) as integer) as weekday, count(*) as calls
from {{ ref('stg_calls') }}
group by 1
