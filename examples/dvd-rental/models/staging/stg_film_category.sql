{{ config(unique_key=['film_id', 'category_id'], post_hook="{{ drop_deleted('film_category', ['film_id', 'category_id']) }}") }}
select
  film_id,
  category_id,
  last_update,
  _ab_cdc_lsn
from {{ source('raw', 'film_category') }}
{{ changed_rows() }}
