select
  supervisor_district as district,
  count(distinct incident_number) as incidents,
  sum(fatalities) as fatalities,
  sum(injuries) as injuries
from {{ ref('stg_fire_incidents') }}
where supervisor_district is not null
group by 1
