{{ config(unique_key=['actor_id'], post_hook="{{ drop_deleted('actor', ['actor_id']) }}") }}
select
  actor_id,
  first_name,
  last_name,
  last_update,
  _ab_cdc_lsn
from {{ source('raw', 'actor') }}
{{ changed_rows() }}
