-- A payment belongs to the store that the rented disc is from.
select i.store_id,
  sum(case when d.month = 2 then p.amount else 0 end) as february,
  sum(case when d.month = 3 then p.amount else 0 end) as march,
  sum(case when d.month = 4 then p.amount else 0 end) as april,
  sum(case when d.month = 5 then p.amount else 0 end) as may,
  sum(p.amount) as total
from {{ ref('stg_payment') }} as p
join {{ ref('stg_rental') }} as r on r.rental_id = p.rental_id
join {{ ref('stg_inventory') }} as i on i.inventory_id = r.inventory_id
join {{ ref('dim_date') }} as d on d.date = cast(p.payment_date as date)
group by i.store_id
