{% macro greet(name) -%}{{ return(adapter.dispatch('greet', 'kit')(name)) }}{%- endmacro %}
{% macro default__greet(name) -%}'{{ name }}'{%- endmacro %}
{% test has_rows(model) %}
select 1 where (select count(*) from {{ model }}) = 0
{% endtest %}
