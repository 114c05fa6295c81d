-- All neighborhoods, also those of which the census says nothing.
select
  {{ dimension_key(['n.neighborhood']) }} as neighborhood_key,
  n.neighborhood,
  n.outline,
  e.population,
  e.income_per_head,
  e.income_rank,
  e.poverty_share,
  e.poverty_band
from {{ ref('stg_neighborhoods') }} as n
left join {{ ref('stg_neighborhood_economy') }} as e on e.neighborhood = n.neighborhood
