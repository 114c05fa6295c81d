{{ config(materialized='table') }}
select count(*) as orders, cast(sum(amount) as integer) as amount from {{ ref('stg_orders') }}
