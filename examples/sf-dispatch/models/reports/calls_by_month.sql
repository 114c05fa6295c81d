select
  first_of_month as month,
  {{ response_measures() }}
from {{ ref('report_calls') }}
group by first_of_month
