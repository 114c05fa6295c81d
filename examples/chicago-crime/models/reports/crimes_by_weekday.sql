select day_of_week, day_of_week_name, count(*) as crimes
from {{ ref('crimes_with_calendar') }}
group by day_of_week, day_of_week_name
