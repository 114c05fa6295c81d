select
  kind as kind,
  {{ incident_measures() }}
from {{ ref('fire_incidents') }}
where kind is not null
group by 1
