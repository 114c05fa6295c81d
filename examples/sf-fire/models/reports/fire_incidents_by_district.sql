select
  supervisor_district as district,
  {{ incident_measures() }},
  min(incident_day) as first_day,
  max(incident_day) as last_day
from {{ ref('fire_incidents') }}
where supervisor_district is not null
group by 1
