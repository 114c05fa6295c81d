-- The first hour has nothing before it: its change is unknown, and not the value itself.
select place, hour, temperature_change
from {{ ref('weather_by_hour') }} as h
where temperature_change is not null
  and hour = (select min(hour) from {{ ref('weather_by_hour') }} as f where f.place = h.place)
