select
  cast(date_trunc('month', incident_day) as date) as month,
  {{ incident_measures() }}
from {{ ref('fire_incidents') }}
where cast(date_trunc('month', incident_day) as date) is not null
group by 1
