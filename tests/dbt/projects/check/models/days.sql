{{ config(materialized='incremental', unique_key='day') }}
select
  ordered_at as day,
  sum(amount) as amount
from {{ ref('stg_orders') }}
{% if is_incremental() %}
where ordered_at > (select max(day) from {{ this }})
{% endif %}
group by ordered_at
