{% macro shout(column) -%}
  upper({{ column }})
{%- endmacro %}
{% macro unused() %}{% endmacro %}
##### separators that no template would accept: {% ##### %}
