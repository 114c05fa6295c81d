-- A day as it was told last, with its conditions and how long it is light.
select
  d.place,
  d.day,
  d.temperature,
  d.temperature_min,
  d.temperature_max,
  d.uv_index_max,
  d.uv_health_concern_max,
  d.evapotranspiration,
  d.sunrise,
  d.sunset,
  {{ local_time('d.sunrise') }} as local_sunrise,
  {{ local_time('d.sunset') }} as local_sunset,
  {{ seconds_between('d.sunrise', 'd.sunset') }} / 3600 as hours_of_light,
  d.weather_code,
  c.conditions,
  d.forecasted_at,
  d.forecasted_at = max(d.forecasted_at) over (partition by d.place) as is_ahead
from {{ ref('stg_daily') }} as d
left join {{ ref('dim_weather_codes') }} as c on c.weather_code = d.weather_code
