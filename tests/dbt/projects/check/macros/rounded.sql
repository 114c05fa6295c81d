{% macro rounded(column) %}round(cast({{ column }} as decimal(16, 2)), 2){% endmacro %}
