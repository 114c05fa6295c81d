-- Every day from the first to the last month of rentals and payments, so that none lacks its day.
with days_seen as (
  select rental_date as seen from {{ ref('stg_rental') }}
  union all
  select payment_date from {{ ref('stg_payment') }}
),
bounds as (
  select date_trunc('month', min(seen)) as first_day, date_trunc('month', max(seen)) + interval '1 month' - interval '1 day' as last_day
  from days_seen
),
days as (
  {{ days_between('bounds', 'first_day', 'last_day') }}
)
select
  date,
  cast(extract(year from date) as integer) as year,
  cast(extract(month from date) as integer) as month,
  cast(date_trunc('month', date) as date) as first_of_month,
  {{ iso_weekday('date') }} as weekday
from days
