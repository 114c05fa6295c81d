select
  f.film_id, f.title, f.release_year, f.rental_duration, f.rental_rate, f.length, f.replacement_cost, f.rating,
  c.name as category, l.name as language
from {{ ref('stg_film') }} as f
left join {{ ref('stg_film_category') }} as fc on fc.film_id = f.film_id
left join {{ ref('stg_category') }} as c on c.category_id = fc.category_id
left join {{ ref('stg_language') }} as l on l.language_id = f.language_id
