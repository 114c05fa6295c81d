-- One row a reported crime, with names and types that read well.
select
  crime_id,
  {{ adapter.quote("case") }} as case_number,
  created_at,
  updated_at,
  date_of_occurrence,
  block,
  iucr,
  primary_description,
  secondary_description,
  location_description,
  arrest = 'Y' as was_arrested,
  domestic = 'Y' as was_domestic,
  beat,
  -- The first two digits of a beat are its police district.
  cast(floor(cast(beat as integer) / 100.0) as integer) as police_district,
  cast(ward as integer) as ward,
  fbi_cd,
  latitude,
  longitude
from {{ source('raw', 'crimes') }}
