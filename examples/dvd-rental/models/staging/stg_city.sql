{{ config(unique_key=['city_id'], post_hook="{{ drop_deleted('city', ['city_id']) }}") }}
select
  city_id,
  city,
  country_id,
  last_update,
  _ab_cdc_lsn
from {{ source('raw', 'city') }}
{{ changed_rows() }}
