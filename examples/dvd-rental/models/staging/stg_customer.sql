{{ config(unique_key=['customer_id'], post_hook="{{ drop_deleted('customer', ['customer_id']) }}") }}
select
  customer_id,
  store_id,
  first_name,
  last_name,
  email,
  address_id,
  activebool,
  create_date,
  last_update,
  _ab_cdc_lsn
from {{ source('raw', 'customer') }}
{{ changed_rows() }}
