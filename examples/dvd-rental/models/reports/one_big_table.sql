select
  r.rental_id, r.rental_date, r.return_date, r.amount, d.year, d.month, d.weekday, s.staff_name, r.store_id,
  c.customer_name, c.city, c.country, f.title, f.category, f.rating, f.language
from {{ ref('fct_rental') }} as r
join {{ ref('dim_date') }} as d on d.date = r.date
join {{ ref('dim_staff') }} as s on s.staff_id = r.staff_id
join {{ ref('dim_customer') }} as c on c.customer_id = r.customer_id
join {{ ref('dim_film') }} as f on f.film_id = r.film_id
