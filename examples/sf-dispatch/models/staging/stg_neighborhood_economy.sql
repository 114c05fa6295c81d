-- What people earn in a neighborhood: rank of the income a head (1 is the highest), and a band of poverty.
select
  neighborhood,
  population,
  income_per_head,
  rank() over (order by income_per_head desc) as income_rank,
  poverty_share,
  case
    when poverty_share is null then null
    when poverty_share <= 0.10 then '0%-10%'
    when poverty_share <= 0.20 then '10%-20%'
    when poverty_share <= 0.30 then '20%-30%'
    when poverty_share <= 0.40 then '30%-40%'
    else '>40%'
  end as poverty_band
from (
  select
    neighborhood,
    cast(total_population as integer) as population,
    cast(per_capita_income as double precision) as income_per_head,
    cast(percent_in_poverty as double precision) as poverty_share
  from {{ source('raw', 'neighborhood_economy') }}
) as census
