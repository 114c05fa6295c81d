-- The stations of the districts; Headquarters is none.
select
  cast(district as integer) as police_district,
  district_name,
  address,
  latitude,
  longitude
from {{ source('raw', 'police_stations') }}
where district <> 'Headquarters'
