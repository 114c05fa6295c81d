select f.rating,
  sum(case when d.month = 2 then p.amount else 0 end) as february,
  sum(case when d.month = 3 then p.amount else 0 end) as march,
  sum(case when d.month = 4 then p.amount else 0 end) as april,
  sum(case when d.month = 5 then p.amount else 0 end) as may,
  sum(p.amount) as total
from {{ ref('stg_payment') }} as p
join {{ ref('fct_rental') }} as r on r.rental_id = p.rental_id
join {{ ref('dim_film') }} as f on f.film_id = r.film_id
join {{ ref('dim_date') }} as d on d.date = cast(p.payment_date as date)
group by f.rating
