-- A call with the keys of its five dimensions; the district is the version that held when the call came in.
{{ config(materialized='incremental', unique_key='cad_number', incremental_strategy='delete+insert') }}
select
  c.cad_number,
  c.cad_event_id,
  c.received_date,
  t.call_type_key,
  o.disposition_key,
  n.neighborhood_key,
  d.supervisor_district_key,
  c.received_datetime,
  c.call_type_text,
  c.priority,
  c.agency,
  c.initiated_by,
  c.police_district,
  c.is_duplicate,
  c.is_sensitive,
  c.has_arrival,
  c.intake_seconds,
  c.queue_seconds,
  c.travel_seconds,
  c.police_seconds,
  c.response_seconds,
  c.handling_seconds,
  c.data_updated_at
from {{ ref('stg_calls') }} as c
left join {{ ref('dim_call_types') }} as t on t.call_type = c.call_type
left join {{ ref('dim_dispositions') }} as o on o.disposition = c.disposition
left join {{ ref('dim_neighborhoods') }} as n on n.neighborhood = c.analysis_neighborhood
left join {{ ref('dim_supervisor_districts') }} as d
  on d.supervisor_district = c.supervisor_district
  and c.received_datetime >= d.valid_from
  and (d.valid_to is null or c.received_datetime < d.valid_to)
{% if is_incremental() %}
-- What changed, and what came in since the newest version of a district began: it may have been here before that.
where c.data_updated_at >= (select max(data_updated_at) from {{ this }})
  or c.received_datetime >= (select max(valid_from) from {{ ref('dim_supervisor_districts') }} where is_current)
{% endif %}
