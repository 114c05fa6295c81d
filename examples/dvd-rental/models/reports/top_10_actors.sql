select actor_id, actor_name, films, rentals from (
  select a.actor_id, a.actor_name, count(distinct a.film_id) as films, count(r.rental_id) as rentals,
    row_number() over (order by count(r.rental_id) desc, a.actor_id) as place
  from {{ ref('dim_film_actor') }} as a
  left join {{ ref('fct_rental') }} as r on r.film_id = a.film_id
  group by a.actor_id, a.actor_name) as ranked
where place <= 10
