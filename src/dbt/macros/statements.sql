{# Running SQL from templates. #}
{% macro statement(name=none, fetch_result=false, auto_begin=true, language='sql') -%}
  {%- if execute -%}
    {%- set code = caller() -%}
    {%- set answer = adapter.execute(code, auto_begin=auto_begin, fetch=fetch_result) -%}
    {%- if name is not none -%}{%- do store_result(name, response=answer[0], agate_table=answer[1]) -%}{%- endif -%}
  {%- endif -%}
{%- endmacro %}

{% macro run_query(sql) -%}
  {%- if execute -%}
    {%- set answer = adapter.execute(sql, fetch=true) -%}
    {%- do return(answer[1]) -%}
  {%- endif -%}
  {%- do return(none) -%}
{%- endmacro %}

{% macro run_hooks(hooks, inside_transaction=true) -%}
  {%- for hook in hooks -%}
    {%- set code = render(hook.sql if hook is mapping else hook) -%}
    {%- if code | trim | length > 0 -%}{%- call statement() -%}{{ code }}{%- endcall -%}{%- endif -%}
  {%- endfor -%}
{%- endmacro %}

{% macro load_relation(relation) -%}{%- do return(adapter.load_relation(relation)) -%}{%- endmacro %}
{% macro load_cached_relation(relation) -%}{%- do return(adapter.load_relation(relation)) -%}{%- endmacro %}
{% macro drop_relation_if_exists(relation) -%}{%- if relation is not none -%}{%- do adapter.drop_relation(relation) -%}{%- endif -%}{%- endmacro %}
{% macro make_intermediate_relation(relation, suffix='__dbt_tmp') -%}
  {%- do return(relation.incorporate(path={'identifier': relation.identifier ~ suffix})) -%}
{%- endmacro %}
{% macro make_temp_relation(relation, suffix='__dbt_tmp') -%}{%- do return(make_intermediate_relation(relation, suffix)) -%}{%- endmacro %}

{% macro create_table_as(temporary, relation, sql) -%}
  create {% if temporary %}temporary {% endif %}table {{ relation }} as (
{{ sql }}
  )
{%- endmacro %}
{% macro create_view_as(relation, sql) -%}
  create view {{ relation }} as (
{{ sql }}
  )
{%- endmacro %}
{% macro get_quoted_csv(names) -%}
  {%- set quoted = [] -%}
  {%- for name in names -%}{%- do quoted.append(adapter.quote(name)) -%}{%- endfor -%}
  {%- do return(quoted | join(', ')) -%}
{%- endmacro %}
