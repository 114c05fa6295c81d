{# Rows whose key is gone from the source leave the model too. #}
{% macro drop_deleted(table, key) -%}
  delete from {{ this }} where not exists (
    select 1 from {{ source('raw', table) }} as r
    where {% for column in key %}{{ "" if loop.first else " and " }}r.{{ column }} = {{ this }}.{{ column }}{% endfor %})
{%- endmacro %}
