select a.sides as latest, b.sides as first
from {{ ref('shape') }} as a cross join {{ ref('shape', v=1) }} as b
