select {{ dimension_key(['disposition']) }} as disposition_key, disposition, meaning, explanation
from {{ ref('dispositions') }}
