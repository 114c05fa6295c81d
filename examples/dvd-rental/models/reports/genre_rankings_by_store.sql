select store_id, genre, rentals, {{ percent_of_total('rentals', 'store_id') }} as percent,
  rank() over (partition by store_id order by rentals desc) as place
from (
  select r.store_id, f.category as genre, count(*) as rentals
  from {{ ref('fct_rental') }} as r join {{ ref('dim_film') }} as f on f.film_id = r.film_id
  group by r.store_id, f.category) as counted
