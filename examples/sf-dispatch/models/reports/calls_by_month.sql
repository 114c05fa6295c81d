select cast(date_trunc('month', received_datetime) as date) as month, count(*) as calls
from {{ ref('stg_calls') }}
group by 1
