{# The key of a dimension's row: a hash of what tells it apart. Null where a part is null. #}
{% macro dimension_key(columns) -%}
  md5({% for column in columns %}cast({{ column }} as varchar){{ " || '|' || " if not loop.last }}{% endfor %})
{%- endmacro %}
