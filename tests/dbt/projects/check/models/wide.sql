select
  {% for column in adapter.get_columns_in_relation(ref('totals')) %}
  {{ column.name }}{{ ',' if not loop.last }}
  {% endfor %}
from {{ ref('totals') }}
