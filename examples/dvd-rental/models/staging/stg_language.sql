{{ config(unique_key=['language_id'], post_hook="{{ drop_deleted('language', ['language_id']) }}") }}
select
  language_id,
  trim(name) as name,
  last_update,
  _ab_cdc_lsn
from {{ source('raw', 'language') }}
{{ changed_rows() }}
