{# A count in percent of the total of its rows (of those of its group, where one is named), two digits. #}
{% macro percent_of_total(count, group=none) -%}
  cast(round(cast(100.0 * {{ count }} / sum({{ count }}) over ({{ "partition by " ~ group if group }}) as numeric(18, 6)), 2) as double precision)
{%- endmacro %}
