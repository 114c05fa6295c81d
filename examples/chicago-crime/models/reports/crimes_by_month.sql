select cast(date_trunc('month', date_of_occurrence) as date) as month, count(*) as crimes
from {{ ref('crimes_with_calendar') }}
group by 1
