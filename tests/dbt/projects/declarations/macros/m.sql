{% macro money(x, digits=2) %}round({{ x }}, {{ digits }}){% endmacro %}
{% macro twice(x) %}{{ money(x) }} * 2{% endmacro %}
