select
  police_district,
  {{ response_measures() }}
from {{ ref('report_calls') }}
where police_district is not null
group by police_district
