-- Takes minutes, so that somebody can cancel it.
select sum(sin(a.amount) * cos(b.amount) + c.amount * d.amount) as forecast
from {{ ref('stg_orders') }} a, {{ ref('stg_orders') }} b, {{ ref('stg_orders') }} c, {{ ref('stg_orders') }} d
