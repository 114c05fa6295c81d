select
  crimes.police_district,
  stations.district_name,
  crimes.primary_description,
  count(*) as crimes
from {{ ref('crimes_with_calendar') }} as crimes
left join {{ ref('stg_police_stations') }} as stations on stations.police_district = crimes.police_district
group by 1, 2, 3
