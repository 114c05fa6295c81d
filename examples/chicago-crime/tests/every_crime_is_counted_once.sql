-- The answers count every crime, and each once.
with counted as (select cast(sum(crimes) as bigint) as crimes from {{ ref('crimes_by_weekday') }}),
crimes as (select count(*) as crimes from {{ ref('stg_crimes') }})
select counted.crimes, crimes.crimes as wanted
from counted cross join crimes
where counted.crimes <> crimes.crimes
