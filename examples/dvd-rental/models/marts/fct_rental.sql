select
  r.rental_id, r.customer_id, r.staff_id, i.film_id, i.store_id, r.inventory_id,
  cast(r.rental_date as date) as date, r.rental_date, r.return_date, coalesce(p.amount, 0) as amount
from {{ ref('stg_rental') }} as r
join {{ ref('stg_inventory') }} as i on i.inventory_id = r.inventory_id
left join (select rental_id, sum(amount) as amount from {{ ref('stg_payment') }} group by rental_id) as p
  on p.rental_id = r.rental_id
