-- Average crimes a day on holidays and on other days, over the days that have data.
select
  holiday_name is not null as is_holiday,
  count(distinct date) as days,
  count(*) as crimes,
  cast(count(*) as double precision) / count(distinct date) as crimes_per_day
from {{ ref('crimes_with_calendar') }}
group by 1
