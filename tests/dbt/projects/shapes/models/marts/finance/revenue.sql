{{ config(alias='revenue_by_status', tags='late', meta={'mine': true}) }}
{% set statuses = ['placed', 'shipped', 'returned'] -%}
select
  {%- for status in statuses %}
  cast(sum(case when status = '{{ status }}' then amount else 0 end) as integer) as {{ status }}_amount{{ ',' if not loop.last }}
  {%- endfor %}
from {{ ref('shapes', 'stg_orders') }}
