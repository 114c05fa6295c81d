-- Orders a customer, and the larger ones.
with orders as (select customer_id, count(*) as orders, sum(amount) as amount from {{ ref('paid') }} group by customer_id),
large as (select customer_id, count(*) as large_orders from {{ ref('large') }} group by customer_id)
select
  customers.customer_id,
  customers.name,
  cast(coalesce(orders.orders, 0) as integer) as orders,
  cast(coalesce(orders.amount, 0) as integer) as amount,
  cast(coalesce(large.large_orders, 0) as integer) as large_orders
from {{ ref('stg_customers') }} as customers
left join orders on orders.customer_id = customers.customer_id
left join large on large.customer_id = customers.customer_id
