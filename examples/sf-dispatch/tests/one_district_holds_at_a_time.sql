-- The versions of a district follow one another without overlap.
select a.supervisor_district
from {{ ref('dim_supervisor_districts') }} as a
join {{ ref('dim_supervisor_districts') }} as b
  on a.supervisor_district = b.supervisor_district and a.supervisor_district_key <> b.supervisor_district_key
where a.valid_from <= b.valid_from and (a.valid_to is null or a.valid_to > b.valid_from)
