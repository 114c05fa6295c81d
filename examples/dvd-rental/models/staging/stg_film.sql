{{ config(unique_key=['film_id'], post_hook="{{ drop_deleted('film', ['film_id']) }}") }}
select
  film_id,
  title,
  description,
  release_year,
  language_id,
  rental_duration,
  rental_rate,
  length,
  replacement_cost,
  rating,
  last_update,
  _ab_cdc_lsn
from {{ source('raw', 'film') }}
{{ changed_rows() }}
