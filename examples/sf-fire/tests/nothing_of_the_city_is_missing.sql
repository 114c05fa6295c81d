-- Every id that the city has is here. One that came while it was read arrives with the next run: a warning, no failure.
{{ config(severity='warn') }}
select i.id
from {{ source('raw', 'fire_incident_ids') }} as i
left join {{ ref('stg_fire_incidents') }} as s on s.id = i.id
where s.id is null
