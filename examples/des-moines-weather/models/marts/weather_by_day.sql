select d.*, c.conditions
from {{ ref('stg_daily') }} d
left join {{ ref('weather_codes') }} c on c.code = d.weather_code
