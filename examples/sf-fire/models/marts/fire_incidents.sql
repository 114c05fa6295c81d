-- What the city has now, and only that: incidents and exposures that it took back are left out.
{{ config(materialized='view') }}
select
  s.*,
  cast(s.incident_date as date) as incident_day,
  s.point_longitude as longitude,
  s.point_latitude as latitude,
  coalesce(s.point_geocoded, false) as is_geocoded,
  s.fire_fatalities + s.civilian_fatalities as fatalities,
  s.fire_injuries + s.civilian_injuries as injuries,
  s.suppression_units + s.ems_units + coalesce(s.other_units, 0) as units,
  coalesce(s.estimated_property_loss, 0) + coalesce(s.estimated_contents_loss, 0) as estimated_loss,
  -- The first three digits are the code of the kind; the hundreds group them.
  case substr(s.primary_situation, 1, 1)
    when '1' then 'Fire' when '2' then 'Overpressure, no fire' when '3' then 'Medical, rescue'
    when '4' then 'Hazard, no fire' when '5' then 'Service call' when '6' then 'Good intent'
    when '7' then 'False alarm' when '8' then 'Weather, disaster' else 'Other'
  end as kind,
  {{ seconds_between('s.alarm_dttm', 's.arrival_dttm') }} as arrival_seconds
from {{ ref('stg_fire_incidents') }} as s
join {{ source('raw', 'fire_incident_ids') }} as i on i.id = s.id
