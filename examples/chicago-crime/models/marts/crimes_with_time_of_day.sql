{{ config(materialized='view') }}
select
  crimes.*,
  case
    when extract(hour from date_of_occurrence) < 6 then 'night'
    when extract(hour from date_of_occurrence) < 12 then 'morning'
    when extract(hour from date_of_occurrence) < 18 then 'afternoon'
    else 'evening'
  end as time_of_day
from {{ ref('crimes_with_calendar') }} as crimes
