select time_of_day, count(*) as crimes
from {{ ref('crimes_with_time_of_day') }}
group by time_of_day
