select
  cast(date_trunc('month', incident_day) as date) as month,
  count(distinct incident_number) as incidents,
  sum(fatalities) as fatalities,
  sum(injuries) as injuries
from {{ ref('stg_fire_incidents') }}
where cast(date_trunc('month', incident_day) as date) is not null
group by 1
