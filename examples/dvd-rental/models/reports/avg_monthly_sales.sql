select total, days, cast(round(cast(total / days * 365 / 12 as numeric(18, 6)), 2) as double precision) as average_month
from (
  select sum(amount) as total, max(cast(payment_date as date)) - min(cast(payment_date as date)) + 1 as days
  from {{ ref('stg_payment') }}) as sums
