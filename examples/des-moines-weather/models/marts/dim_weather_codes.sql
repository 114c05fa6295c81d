-- What a code of the weather means: one row a code.
select code as weather_code, conditions from {{ ref('weather_codes') }}
