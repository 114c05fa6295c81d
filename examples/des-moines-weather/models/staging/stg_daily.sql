-- The newest forecast of each day that was ever told. Days are those of the place, not of Greenwich. What a day has of a
-- measure is its average, maximum, minimum or sum: the service knows no plain `temperature` of a day.
{{ config(materialized='incremental', unique_key=['place', 'day']) }}
select
  d.place,
  cast({{ local_time('cast(d.' ~ adapter.quote("time") ~ ' as timestamp with time zone)') }} as date) as day,
  f.location__lat as latitude,
  f.location__lon as longitude,
  {{ measure('temperatureAvg') }} as temperature,
  {{ measure('temperatureMax') }} as temperature_max,
  {{ measure('temperatureMin') }} as temperature_min,
  {{ measure('uvIndexMax') }} as uv_index_max,
  {{ measure('uvHealthConcernMax') }} as uv_health_concern_max,
  {{ measure('evapotranspirationSum') }} as evapotranspiration,
  cast({{ value_text('sunriseTime') }} as timestamp with time zone) as sunrise,
  cast({{ value_text('sunsetTime') }} as timestamp with time zone) as sunset,
  cast({{ measure('weatherCodeMax') }} as integer) as weather_code,
  f._airbyte_extracted_at as forecasted_at
from {{ source('raw', 'forecasts__timelines__daily') }} d
join {{ source('raw', 'forecasts') }} f on f.place = d.place
