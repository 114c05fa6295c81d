{{ config(materialized='incremental', unique_key='day', incremental_strategy='delete+insert') }}
select day, count(*) as crimes, max(updated_at) as updated_at
from (select cast(date_of_occurrence as date) as day, updated_at from {{ source('raw', 'crimes') }})
{% if is_incremental() %}
where day in (
  select cast(date_of_occurrence as date) from {{ source('raw', 'crimes') }}
  where updated_at >= (select max(updated_at) from {{ this }})
)
{% endif %}
group by day
