with counted as (
  select month, crimes, lag(crimes) over (order by month) as previous_crimes
  from {{ ref('crimes_by_month') }}
)
select
  month,
  crimes,
  previous_crimes,
  crimes - previous_crimes as difference,
  {{ percent('(crimes - previous_crimes)', 'previous_crimes') }} as growth_percent
from counted
