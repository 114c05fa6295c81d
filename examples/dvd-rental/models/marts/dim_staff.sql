select s.staff_id, s.first_name || ' ' || s.last_name as staff_name, s.email, s.store_id, s.active as is_active
from {{ ref('stg_staff') }} as s
