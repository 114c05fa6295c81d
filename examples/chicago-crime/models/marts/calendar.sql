-- Every day of the years that the data touches, so that no crime ever lacks its day.
with bounds as (
  select
    date_trunc('year', min(date_of_occurrence)) as first_day,
    date_trunc('year', max(date_of_occurrence)) + interval '1 year' - interval '1 day' as last_day
  from {{ ref('stg_crimes') }}
),
days as (
  {{ days_between('bounds', 'first_day', 'last_day') }}
)
select
  days.date,
  cast(extract(day from days.date) as integer) as day,
  cast(extract(month from days.date) as integer) as month,
  case cast(extract(month from days.date) as integer)
    {%- for name in ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'] %}
    when {{ loop.index }} then '{{ name }}'
    {%- endfor %}
  end as month_name,
  cast(extract(year from days.date) as integer) as year,
  -- 0 is Monday.
  cast({{ iso_weekday('days.date') }} as integer) - 1 as day_of_week,
  case cast({{ iso_weekday('days.date') }} as integer)
    {%- for name in ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] %}
    when {{ loop.index }} then '{{ name }}'
    {%- endfor %}
  end as day_of_week_name,
  holidays.holiday_name
from days
left join {{ ref('holidays') }} as holidays on holidays.date = days.date
