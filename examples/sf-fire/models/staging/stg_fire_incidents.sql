-- One row an incident or exposure: `id` tells them apart, incident_number does not.
select
  id,
  incident_number,
  exposure_number,
  cast(incident_date as date) as incident_day,
  alarm_dttm as alarm_at,
  arrival_dttm as arrival_at,
  address,
  zipcode,
  battalion,
  station_area,
  primary_situation,
  supervisor_district,
  neighborhood_district as neighborhood,
  point_longitude as longitude,
  point_latitude as latitude,
  point_geocoded as is_geocoded,
  fire_fatalities + civilian_fatalities as fatalities,
  fire_injuries + civilian_injuries as injuries
from {{ source('raw', 'fire_incidents') }}
