{{ config(unique_key=['category_id'], post_hook="{{ drop_deleted('category', ['category_id']) }}") }}
select
  category_id,
  name,
  last_update,
  _ab_cdc_lsn
from {{ source('raw', 'category') }}
{{ changed_rows() }}
