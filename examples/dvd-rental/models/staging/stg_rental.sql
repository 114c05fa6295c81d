{{ config(unique_key=['rental_id'], post_hook="{{ drop_deleted('rental', ['rental_id']) }}") }}
select
  rental_id,
  rental_date,
  inventory_id,
  customer_id,
  return_date,
  staff_id,
  last_update,
  _ab_cdc_lsn
from {{ source('raw', 'rental') }}
{{ changed_rows() }}
