{{ config(unique_key=['staff_id'], post_hook="{{ drop_deleted('staff', ['staff_id']) }}") }}
select
  staff_id,
  first_name,
  last_name,
  address_id,
  email,
  store_id,
  active,
  username,
  last_update,
  _ab_cdc_lsn
from {{ source('raw', 'staff') }}
{{ changed_rows() }}
