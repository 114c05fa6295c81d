-- The analysis neighborhoods with their outlines (GeoJSON).
select nhood as neighborhood, cast(the_geom as varchar) as outline
from {{ source('raw', 'analysis_neighborhoods') }}
where nhood is not null
