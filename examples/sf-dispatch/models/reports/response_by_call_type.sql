select
  call_type_text,
  {{ response_measures() }}
from {{ ref('report_calls') }}
where call_type_text is not null
group by call_type_text
