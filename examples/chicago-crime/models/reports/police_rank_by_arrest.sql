-- Districts without an arrest count as well: they may be the ones that lack people.
with counted as (
  select police_district, count(case when was_arrested then 1 end) as arrests, count(*) as crimes
  from {{ ref('crimes_with_calendar') }}
  group by police_district
)
select
  counted.police_district,
  stations.district_name,
  counted.arrests,
  counted.crimes,
  {{ percent('counted.arrests', 'counted.crimes') }} as arrest_percent,
  dense_rank() over (order by cast(counted.arrests as double precision) / counted.crimes desc) as arrest_rank,
  dense_rank() over (order by counted.crimes desc) as crime_rank
from counted
left join {{ ref('stg_police_stations') }} as stations on stations.police_district = counted.police_district
