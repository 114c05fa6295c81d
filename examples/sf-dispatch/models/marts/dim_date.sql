-- Every day of the years that the calls touch, so that no call ever lacks its day.
with bounds as (
  select
    date_trunc('year', min(received_datetime)) as first_day,
    date_trunc('year', max(received_datetime)) + interval '1 year' - interval '1 day' as last_day
  from {{ ref('stg_calls') }}
),
days as (
  {{ days_between('bounds', 'first_day', 'last_day') }}
)
select
  date,
  cast(extract(year from date) as integer) as year,
  cast(extract(month from date) as integer) as month,
  cast(date_trunc('month', date) as date) as first_of_month,
  {{ iso_weekday('date') }} as weekday,
  case {{ iso_weekday('date') }}
    {%- for name in ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] %}
    when {{ loop.index }} then '{{ name }}'
    {%- endfor %}
  end as weekday_name
from days
