select fa.film_id, fa.actor_id, a.first_name || ' ' || a.last_name as actor_name
from {{ ref('stg_film_actor') }} as fa
join {{ ref('stg_actor') }} as a on a.actor_id = fa.actor_id
