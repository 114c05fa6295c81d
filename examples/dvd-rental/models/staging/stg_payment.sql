{{ config(unique_key=['payment_id'], post_hook="{{ drop_deleted('payment', ['payment_id']) }}") }}
select
  payment_id,
  customer_id,
  staff_id,
  rental_id,
  amount,
  payment_date,
  _ab_cdc_lsn
from {{ source('raw', 'payment') }}
{{ changed_rows() }}
