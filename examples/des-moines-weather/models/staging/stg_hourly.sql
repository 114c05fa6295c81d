-- The newest forecast of each hour that was ever told: the raw table holds the last answer only.
{{ config(materialized='incremental', unique_key=['place', 'hour']) }}
select
  h.place,
  cast(h.{{ adapter.quote("time") }} as timestamp with time zone) as hour,
  {{ local_time('cast(h.' ~ adapter.quote("time") ~ ' as timestamp with time zone)') }} as local_hour,
  cast({{ local_time('cast(h.' ~ adapter.quote("time") ~ ' as timestamp with time zone)') }} as date) as day,
  f.location__lat as latitude,
  f.location__lon as longitude,
  {{ measure('temperature') }} as temperature,
  {{ measure('temperatureApparent') }} as temperature_apparent,
  {{ measure('humidity') }} as humidity,
  {{ measure('windSpeed') }} as wind_speed,
  {{ measure('precipitationProbability') }} as precipitation_probability,
  {{ measure('rainAccumulation') }} as rain_accumulation,
  cast({{ measure('weatherCode') }} as integer) as weather_code,
  f._airbyte_extracted_at as forecasted_at
from {{ source('raw', 'forecasts__timelines__hourly') }} h
join {{ source('raw', 'forecasts') }} f on f.place = h.place
