-- A payment belongs to the store that the rented disc is from. Months are those of the payments, whichever they are.
select i.store_id, d.first_of_month as month, sum(p.amount) as sales, count(*) as payments
from {{ ref('stg_payment') }} as p
join {{ ref('stg_rental') }} as r on r.rental_id = p.rental_id
join {{ ref('stg_inventory') }} as i on i.inventory_id = r.inventory_id
join {{ ref('dim_date') }} as d on d.date = cast(p.payment_date as date)
group by i.store_id, d.first_of_month
