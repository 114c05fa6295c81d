select
  beat,
  police_district,
  count(*) as violent_crimes,
  rank() over (order by count(*) desc) as violent_rank
from {{ ref('crimes_with_calendar') }}
where primary_description in ({% for kind in var('violent_crimes') %}'{{ kind }}'{{ ', ' if not loop.last }}{% endfor %})
group by beat, police_district
