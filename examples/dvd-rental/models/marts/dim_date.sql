-- As far as there are rentals and payments.
with days as (
  select cast(rental_date as date) as date from {{ ref('stg_rental') }}
  union
  select cast(payment_date as date) from {{ ref('stg_payment') }})
select date, cast(extract(year from date) as integer) as year, cast(extract(month from date) as integer) as month,
  cast(date_trunc('month', date) as date) as first_of_month, cast({{ iso_weekday('date') }} as integer) as weekday
from days
