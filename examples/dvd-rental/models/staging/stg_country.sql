{{ config(unique_key=['country_id'], post_hook="{{ drop_deleted('country', ['country_id']) }}") }}
select
  country_id,
  country,
  last_update,
  _ab_cdc_lsn
from {{ source('raw', 'country') }}
{{ changed_rows() }}
