select
  cast(extract(year from incident_day) as integer) as year,
  count(distinct incident_number) as incidents,
  sum(fatalities) as fatalities,
  sum(injuries) as injuries
from {{ ref('stg_fire_incidents') }}
where cast(extract(year from incident_day) as integer) is not null
group by 1
