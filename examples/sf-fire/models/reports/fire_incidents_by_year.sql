select
  cast(extract(year from incident_day) as integer) as year,
  {{ incident_measures() }}
from {{ ref('fire_incidents') }}
where cast(extract(year from incident_day) as integer) is not null
group by 1
