-- All neighborhoods, also those without a call, with their outline for the map.
select
  n.neighborhood as analysis_neighborhood,
  n.outline,
  n.income_rank,
  n.poverty_band,
  coalesce(m.calls, 0) as calls,
  coalesce(m.calls_with_arrival, 0) as calls_with_arrival,
  coalesce(m.calls_without_arrival, 0) as calls_without_arrival,
  m.response_minutes,
  m.police_minutes
from {{ ref('dim_neighborhoods') }} as n
left join (
  select neighborhood, {{ response_measures() }}
  from {{ ref('report_calls') }}
  group by neighborhood
) as m on m.neighborhood = n.neighborhood
