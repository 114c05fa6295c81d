select k.id, upper(k.name) as name, o.total
from {{ ref('kept') }} as k left join {{ source('shop', 'totals') }} as o on o.id = k.id
where k.id <= {{ var('limit') }}
