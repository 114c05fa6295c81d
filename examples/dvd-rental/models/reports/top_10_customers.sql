select customer_id, customer_name, country, spent from (
  select c.customer_id, c.customer_name, c.country, sum(p.amount) as spent,
    row_number() over (order by sum(p.amount) desc, c.customer_id) as place
  from {{ ref('stg_payment') }} as p join {{ ref('dim_customer') }} as c on c.customer_id = p.customer_id
  group by c.customer_id, c.customer_name, c.country) as ranked
where place <= 10
