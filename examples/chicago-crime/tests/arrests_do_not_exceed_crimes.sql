select * from {{ ref('police_rank_by_arrest') }} where arrests > crimes
