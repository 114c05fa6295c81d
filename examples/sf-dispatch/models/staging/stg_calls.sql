-- One row a call, with the times between its stages in seconds. A call without an arrival has no response time: it is
-- kept and counted, and left out of averages.
{{ config(materialized='incremental', unique_key='cad_number', incremental_strategy='delete+insert') }}
select
  cad_number,
  coalesce(dup_cad_number, cad_number) as cad_event_id,
  dup_cad_number is not null as is_duplicate,
  received_datetime,
  cast(received_datetime as date) as received_date,
  entry_datetime,
  dispatch_datetime,
  onscene_datetime,
  close_datetime,
  call_type_final as call_type,
  call_type_final_desc as call_type_text,
  priority_final as priority,
  agency,
  disposition,
  -- Three values, not two: HSOC stands for the city's encampment response.
  case onview_flag when 'Y' then 'agency' when 'HSOC' then 'homeless outreach' else 'call' end as initiated_by,
  coalesce(sensitive_call, false) as is_sensitive,
  onscene_datetime is not null as has_arrival,
  intersection_name,
  intersection_point_longitude as longitude,
  intersection_point_latitude as latitude,
  police_district,
  supervisor_district,
  analysis_neighborhood,
  {{ seconds_between('received_datetime', 'entry_datetime') }} as intake_seconds,
  {{ seconds_between('entry_datetime', 'dispatch_datetime') }} as queue_seconds,
  {{ seconds_between('dispatch_datetime', 'onscene_datetime') }} as travel_seconds,
  {{ seconds_between('entry_datetime', 'onscene_datetime') }} as police_seconds,
  {{ seconds_between('received_datetime', 'onscene_datetime') }} as response_seconds,
  {{ seconds_between('coalesce(onscene_datetime, dispatch_datetime)', 'close_datetime') }} as handling_seconds,
  data_updated_at
from {{ source('raw', 'calls') }}
{% if is_incremental() %}
-- Rows of one batch share their stamp, so the newest stamp is read again.
where data_updated_at >= (select max(data_updated_at) from {{ this }})
{% endif %}
