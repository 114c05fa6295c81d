select
  c.customer_id, c.store_id, c.first_name || ' ' || c.last_name as customer_name, c.email, c.activebool as is_active,
  a.address, a.district, a.postal_code, y.city, n.country
from {{ ref('stg_customer') }} as c
join {{ ref('stg_address') }} as a on a.address_id = c.address_id
join {{ ref('stg_city') }} as y on y.city_id = a.city_id
join {{ ref('stg_country') }} as n on n.country_id = y.country_id
