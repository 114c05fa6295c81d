select
  priority,
  {{ response_measures() }}
from {{ ref('report_calls') }}
where priority is not null
group by priority
