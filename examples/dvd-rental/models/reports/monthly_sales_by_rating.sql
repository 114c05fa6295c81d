select f.rating, d.first_of_month as month, sum(p.amount) as sales, count(*) as payments
from {{ ref('stg_payment') }} as p
join {{ ref('fct_rental') }} as r on r.rental_id = p.rental_id
join {{ ref('dim_film') }} as f on f.film_id = r.film_id
join {{ ref('dim_date') }} as d on d.date = cast(p.payment_date as date)
group by f.rating, d.first_of_month
