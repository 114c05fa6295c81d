select
  battalion as battalion,
  count(distinct incident_number) as incidents,
  sum(fatalities) as fatalities,
  sum(injuries) as injuries
from {{ ref('stg_fire_incidents') }}
where battalion is not null
group by 1
