select
  weekday, weekday_name,
  {{ response_measures() }}
from {{ ref('report_calls') }}
group by weekday, weekday_name
