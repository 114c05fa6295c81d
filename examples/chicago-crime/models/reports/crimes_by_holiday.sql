select
  holiday_name,
  date,
  count(*) as crimes,
  rank() over (order by count(*) desc) as holiday_rank
from {{ ref('crimes_with_calendar') }}
where holiday_name is not null
group by holiday_name, date
