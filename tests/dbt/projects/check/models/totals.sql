{{ config(materialized='table') }}
-- one row a customer
with spent as (
  select
    customer_id,
    sum(amount) as spent,
    count(*) as orders
  from {{ ref('paid') }}
  group by customer_id
)
select
  c.id as customer,
  c.name,
  upper(c.name) as shouted,
  coalesce(s.spent, 0) as spent,
  s.orders
from {{ ref('customers') }} as c
left join spent as s on s.customer_id = c.id
