{# Percentages of one group add up to 100, but for rounding. #}
{% test sums_to_hundred(model, column_name, group=none) %}
select {{ group or 1 }} as part, sum({{ column_name }}) as total
from {{ model }}
group by 1
having abs(sum({{ column_name }}) - 100) > 0.1
{% endtest %}
