-- A ward's number of crimes, its place among the wards, and its two most frequent kinds.
with kinds as (
  select
    ward,
    primary_description,
    count(*) as crimes,
    row_number() over (partition by ward order by count(*) desc, primary_description) as place
  from {{ ref('crimes_with_calendar') }}
  where ward is not null
  group by ward, primary_description
),
totals as (
  select
    ward,
    cast(sum(crimes) as bigint) as crimes,
    max(case when place = 1 then primary_description end) as top_crime,
    max(case when place = 2 then primary_description end) as second_crime
  from kinds
  group by ward
)
select
  totals.ward,
  offices.alderman,
  totals.crimes,
  rank() over (order by totals.crimes desc) as crime_rank,
  totals.top_crime,
  totals.second_crime
from totals
left join {{ ref('stg_ward_offices') }} as offices on offices.ward = totals.ward
