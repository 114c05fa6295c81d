-- An hour with its conditions, its day's sun, and what changed since the hour before (null for the first, and where the
-- hour before is missing).
with hours as (
  select
    h.*,
    lag(h.hour) over (partition by h.place order by h.hour) as hour_before,
    lag(h.temperature) over (partition by h.place order by h.hour) as temperature_before,
    lag(h.humidity) over (partition by h.place order by h.hour) as humidity_before,
    lag(h.wind_speed) over (partition by h.place order by h.hour) as wind_speed_before
  from {{ ref('stg_hourly') }} as h
)
select
  h.place,
  h.hour,
  h.local_hour,
  h.day,
  h.latitude,
  h.longitude,
  h.temperature,
  h.temperature_apparent,
  h.humidity,
  h.wind_speed,
  h.precipitation_probability,
  h.rain_accumulation,
  h.weather_code,
  c.conditions,
  d.sunrise,
  d.sunset,
  h.hour >= d.sunrise and h.hour < d.sunset as is_light,
  case when {{ seconds_between('h.hour_before', 'h.hour') }} = 3600 then h.temperature - h.temperature_before end as temperature_change,
  case when {{ seconds_between('h.hour_before', 'h.hour') }} = 3600 then h.humidity - h.humidity_before end as humidity_change,
  case when {{ seconds_between('h.hour_before', 'h.hour') }} = 3600 then h.wind_speed - h.wind_speed_before end as wind_speed_change,
  h.forecasted_at,
  h.forecasted_at = max(h.forecasted_at) over (partition by h.place) as is_ahead
from hours as h
left join {{ ref('dim_weather_codes') }} as c on c.weather_code = h.weather_code
left join {{ ref('stg_daily') }} as d on d.place = h.place and d.day = h.day
