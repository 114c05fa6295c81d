select place, day, sunrise, sunset from {{ ref('weather_by_day') }} where sunset <= sunrise or hours_of_light > 24
