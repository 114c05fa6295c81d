{{ config(unique_key=['inventory_id'], post_hook="{{ drop_deleted('inventory', ['inventory_id']) }}") }}
select
  inventory_id,
  film_id,
  store_id,
  last_update,
  _ab_cdc_lsn
from {{ source('raw', 'inventory') }}
{{ changed_rows() }}
