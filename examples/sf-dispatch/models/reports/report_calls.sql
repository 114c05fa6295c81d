-- The one big table: every call with all that its dimensions say, and no key of theirs.
select
  f.cad_number,
  f.cad_event_id,
  f.received_datetime,
  f.received_date,
  d.year,
  d.month,
  d.first_of_month,
  d.weekday,
  d.weekday_name,
  f.priority,
  t.call_type,
  coalesce(f.call_type_text, t.call_type_text) as call_type_text,
  t.usual_priority,
  f.agency,
  f.initiated_by,
  o.disposition,
  o.meaning as disposition_text,
  f.police_district,
  s.supervisor_district,
  s.supervisor_name,
  n.neighborhood,
  n.population,
  n.income_per_head,
  n.income_rank,
  n.poverty_band,
  f.is_duplicate,
  f.is_sensitive,
  f.has_arrival,
  f.intake_seconds,
  f.queue_seconds,
  f.travel_seconds,
  f.police_seconds,
  f.response_seconds,
  f.handling_seconds
from {{ ref('fact_calls') }} as f
left join {{ ref('dim_date') }} as d on d.date = f.received_date
left join {{ ref('dim_call_types') }} as t on t.call_type_key = f.call_type_key
left join {{ ref('dim_dispositions') }} as o on o.disposition_key = f.disposition_key
left join {{ ref('dim_supervisor_districts') }} as s on s.supervisor_district_key = f.supervisor_district_key
left join {{ ref('dim_neighborhoods') }} as n on n.neighborhood_key = f.neighborhood_key
