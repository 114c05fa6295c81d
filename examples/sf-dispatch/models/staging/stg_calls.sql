-- One row a call, with the times between its stages in seconds. A call without an arrival has no response time: it is
-- counted, and left out of averages.
{{ config(materialized='view') }}
select
    cad_number,
    coalesce(dup_cad_number, cad_number) as cad_event_id,
    received_datetime,
    entry_datetime,
    dispatch_datetime,
    onscene_datetime,
    close_datetime,
    call_type_final as call_type,
    call_type_final_desc as call_type_text,
    priority_final as priority,
    disposition,
    case onview_flag when 'Y' then 'agency' when 'HSOC' then 'homeless outreach' else 'call' end as initiated_by,
    sensitive_call as is_sensitive,
    police_district,
    supervisor_district,
    analysis_neighborhood,
    extract(epoch from (entry_datetime - received_datetime)) as intake_seconds,
    extract(epoch from (dispatch_datetime - entry_datetime)) as queue_seconds,
    extract(epoch from (onscene_datetime - dispatch_datetime)) as travel_seconds,
    extract(epoch from (onscene_datetime - received_datetime)) as response_seconds,
    extract(epoch from (close_datetime - coalesce(onscene_datetime, dispatch_datetime))) as handling_seconds,
    data_updated_at
from {{ source('raw', 'calls') }}
