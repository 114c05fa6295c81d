select rating, rentals, {{ percent_of_total('rentals') }} as percent,
  rank() over (order by rentals desc) as place
from (
  select f.rating as rating, count(*) as rentals
  from {{ ref('fct_rental') }} as r join {{ ref('dim_film') }} as f on f.film_id = r.film_id
  group by f.rating) as counted
