select
    analysis_neighborhood,
    count(*) as calls,
    count(response_seconds) as calls_with_arrival,
    round(cast(avg(response_seconds) / 60 as numeric(18, 6)), 1) as response_minutes,
    round(cast(avg(queue_seconds + travel_seconds) / 60 as numeric(18, 6)), 1) as police_minutes
from {{ ref('stg_calls') }}
where analysis_neighborhood is not null
group by analysis_neighborhood
