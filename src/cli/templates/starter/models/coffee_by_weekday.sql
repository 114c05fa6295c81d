select
  extract(isodow from sold_on) as weekday_number,
  case extract(isodow from sold_on)
    when 1 then 'Monday' when 2 then 'Tuesday' when 3 then 'Wednesday' when 4 then 'Thursday'
    when 5 then 'Friday' when 6 then 'Saturday' else 'Sunday'
  end as weekday,
  sum(cups) as cups
from {{ ref('coffee_sales') }}
group by 1, 2
