{{ config(unique_key=['store_id'], post_hook="{{ drop_deleted('store', ['store_id']) }}") }}
select
  store_id,
  manager_staff_id,
  address_id,
  last_update,
  _ab_cdc_lsn
from {{ source('raw', 'store') }}
{{ changed_rows() }}
