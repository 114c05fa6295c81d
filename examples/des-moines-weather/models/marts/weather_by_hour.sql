-- An hour with its conditions, its day's sun, and what changed since the hour before (null for the first).
select
  h.place,
  h.hour,
  h.latitude,
  h.longitude,
  h.temperature,
  h.humidity,
  h.wind_speed,
  h.precipitation_probability,
  c.conditions,
  d.sunrise,
  d.sunset,
  h.temperature - lag(h.temperature) over (partition by h.place order by h.hour) as temperature_change,
  h.humidity - lag(h.humidity) over (partition by h.place order by h.hour) as humidity_change,
  h.wind_speed - lag(h.wind_speed) over (partition by h.place order by h.hour) as wind_speed_change
from {{ ref('stg_hourly') }} h
left join {{ ref('weather_codes') }} c on c.code = h.weather_code
left join {{ ref('stg_daily') }} d on d.place = h.place and d.day = cast(h.hour as date)
