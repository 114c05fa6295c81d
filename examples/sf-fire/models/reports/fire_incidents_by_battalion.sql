select
  battalion as battalion,
  {{ incident_measures() }},
  round(cast(avg(arrival_seconds) / 60 as numeric(18, 6)), 1) as arrival_minutes
from {{ ref('fire_incidents') }}
where battalion is not null
group by 1
