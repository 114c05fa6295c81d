{# Of a table of changes, the rows that came after those that the model has. The position in the log is the only
   thing that moves with every change: `last_update` stays as it is in most of this database. #}
{% macro changed_rows() -%}
  {% if is_incremental() -%}
  where _ab_cdc_lsn > (select coalesce(max(_ab_cdc_lsn), 0) from {{ this }})
  {%- endif %}
{%- endmacro %}
