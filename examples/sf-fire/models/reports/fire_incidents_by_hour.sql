select
  cast(extract(hour from alarm_dttm) as integer) as hour,
  {{ incident_measures() }}
from {{ ref('fire_incidents') }}
where cast(extract(hour from alarm_dttm) as integer) is not null
group by 1
