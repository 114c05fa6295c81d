{# Drops the schema `prefix` and all that begin with `prefix_`: what a pull request has built.
   leat dbt run-operation drop_schemas --args '{prefix: pr_12}' #}
{% macro drop_schemas(prefix) %}
  {%- if not modules.re.match('^pr_[0-9]+$', prefix) -%}
    {{ exceptions.raise_compiler_error("drop_schemas drops schemas of pull requests only (pr_12), not " ~ prefix) }}
  {%- endif -%}
  {%- set found = run_query("select schema_name from information_schema.schemata order by 1") -%}
  {%- for row in found.rows -%}
    {%- set schema = row[0] -%}
    {%- if schema | lower == prefix or (schema | lower).startswith(prefix ~ '_') -%}
      {%- do log("dropping " ~ schema, info=true) -%}
      {%- do run_query("drop schema if exists " ~ adapter.quote(schema) ~ " cascade") -%}
      {%- do adapter.commit() -%}
    {%- endif -%}
  {%- endfor -%}
{% endmacro %}
