{{ config(unique_key=['address_id'], post_hook="{{ drop_deleted('address', ['address_id']) }}") }}
select
  address_id,
  address,
  address2,
  district,
  city_id,
  postal_code,
  phone,
  last_update,
  _ab_cdc_lsn
from {{ source('raw', 'address') }}
{{ changed_rows() }}
