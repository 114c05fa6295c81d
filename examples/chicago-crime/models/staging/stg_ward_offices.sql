select cast(ward as integer) as ward, alderman, address, zipcode
from {{ source('raw', 'ward_offices') }}
