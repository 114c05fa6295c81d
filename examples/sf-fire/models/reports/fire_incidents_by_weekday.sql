-- 1 is Monday.
select
  {{ iso_weekday('incident_day') }} as weekday,
  {{ incident_measures() }}
from {{ ref('fire_incidents') }}
where {{ iso_weekday('incident_day') }} is not null
group by 1
