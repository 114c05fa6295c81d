{# No value stands twice within a group. #}
{% test unique_within(model, column_name, group) %}
select {{ group }}, {{ column_name }}, count(*) as times
from {{ model }}
group by {{ group }}, {{ column_name }}
having count(*) > 1
{% endtest %}
