select {{ dimension_key(['call_type']) }} as call_type_key, call_type, call_type_text, usual_priority
from {{ ref('stg_call_types') }}
