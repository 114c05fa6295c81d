{{ config(unique_key=['film_id', 'actor_id'], post_hook="{{ drop_deleted('film_actor', ['film_id', 'actor_id']) }}") }}
select
  film_id,
  actor_id,
  last_update,
  _ab_cdc_lsn
from {{ source('raw', 'film_actor') }}
{{ changed_rows() }}
