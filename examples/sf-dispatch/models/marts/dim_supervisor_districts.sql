-- A version of a district: it holds from valid_from until before valid_to (null: it holds now). What came before the
-- first version that was seen is counted to that one, so that older calls have a district, too.
select
  {{ dimension_key(['supervisor_district', 'dbt_valid_from']) }} as supervisor_district_key,
  supervisor_district,
  district_name,
  supervisor_name,
  case
    when row_number() over (partition by supervisor_district order by dbt_valid_from) = 1
    then cast('1900-01-01' as timestamp) else cast(dbt_valid_from as timestamp)
  end as valid_from,
  cast(dbt_valid_to as timestamp) as valid_to,
  dbt_valid_to is null as is_current
from {{ ref('supervisor_districts_history') }}
