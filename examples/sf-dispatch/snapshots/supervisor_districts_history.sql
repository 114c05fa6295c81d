{% snapshot supervisor_districts_history %}
{# Every name that a district's supervisor had, with the time in which it held. #}
{{ config(unique_key='supervisor_district', strategy='timestamp', updated_at='data_as_of', hard_deletes='invalidate') }}
select supervisor_district, district_name, supervisor_name, data_as_of
from {{ ref('stg_supervisor_districts') }}
{% endsnapshot %}
