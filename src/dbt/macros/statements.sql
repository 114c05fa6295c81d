{# Running SQL from templates. #}
{% macro statement(name=none, fetch_result=false, auto_begin=true, language='sql') -%}
  {%- if execute -%}
    {%- set code = caller() -%}
    {%- set answer = adapter.execute(code, auto_begin=auto_begin, fetch=fetch_result) -%}
    {%- if name is not none -%}{%- do store_result(name, response=answer[0], agate_table=answer[1]) -%}{%- endif -%}
  {%- endif -%}
{%- endmacro %}

{% macro noop_statement(name=none, message=none, code=none, rows_affected=none, res=none) -%}
  {%- if execute and name is not none -%}
    {%- do store_result(name, response={'_message': message, 'code': code, 'rows_affected': rows_affected}, agate_table=res) -%}
  {%- endif -%}
{%- endmacro %}

{% macro run_query(sql) -%}
  {%- call statement('run_query_statement', fetch_result=true, auto_begin=false) -%}{{ sql }}{%- endcall -%}
  {%- do return((load_result('run_query_statement') or {}).table) -%}
{%- endmacro %}

{# Hooks outside of the transaction run before it begins (pre) and after it is committed (post). #}
{% macro run_hooks(hooks, inside_transaction=true) -%}
  {%- for hook in hooks if hook.transaction == inside_transaction -%}
    {%- if not inside_transaction and loop.first -%}{%- do adapter.commit() -%}{%- endif -%}
    {%- set code = render(hook.sql) -%}
    {%- if code | trim | length > 0 -%}
      {%- call statement(auto_begin=inside_transaction) -%}{{ code }}{%- endcall -%}
    {%- endif -%}
  {%- endfor -%}
{%- endmacro %}
{% macro make_hook_config(sql, inside_transaction) -%}{{ tojson({'sql': sql, 'transaction': inside_transaction}) }}{%- endmacro %}
{% macro before_begin(sql) -%}{{ make_hook_config(sql, false) }}{%- endmacro %}
{% macro in_transaction(sql) -%}{{ make_hook_config(sql, true) }}{%- endmacro %}
{% macro after_commit(sql) -%}{{ make_hook_config(sql, false) }}{%- endmacro %}

{% macro set_sql_header(config) -%}{%- do config.set('sql_header', caller()) -%}{%- endmacro %}
{% macro should_full_refresh() -%}
  {%- set own = config.get('full_refresh') -%}
  {%- do return(flags.FULL_REFRESH if own is none else own) -%}
{%- endmacro %}
{% macro should_store_failures() -%}
  {%- set own = config.get('store_failures') -%}
  {%- do return(flags.STORE_FAILURES if own is none else own) -%}
{%- endmacro %}
{% macro is_incremental() -%}
  {%- if not execute or model.config.materialized != 'incremental' -%}{%- do return(false) -%}{%- endif -%}
  {%- set relation = load_relation(this) -%}
  {%- do return(relation is not none and relation.is_table and not should_full_refresh()) -%}
{%- endmacro %}
