select
  supervisor_district, supervisor_name,
  {{ response_measures() }}
from {{ ref('report_calls') }}
where supervisor_district is not null
group by supervisor_district, supervisor_name
