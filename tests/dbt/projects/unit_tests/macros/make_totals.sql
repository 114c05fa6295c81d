{% macro make_totals() %}
  {% do run_query("drop table if exists " ~ target.schema ~ ".totals") %}
  {% do run_query("create table " ~ target.schema ~ ".totals (id integer, total numeric(10,2))") %}
{% endmacro %}
