{# One row a day from the first to the last of two date expressions of `relation`, in a column named date. #}
{% macro days_between(relation, first_day, last_day) -%}
  {{ adapter.dispatch('days_between')(relation, first_day, last_day) }}
{%- endmacro %}

{% macro default__days_between(relation, first_day, last_day) -%}
  select cast(generate_series({{ first_day }}, {{ last_day }}, interval '1 day') as date) as date from {{ relation }}
{%- endmacro %}

{% macro duckdb__days_between(relation, first_day, last_day) -%}
  select cast(unnest(generate_series(cast({{ first_day }} as timestamp), cast({{ last_day }} as timestamp), interval 1 day)) as date) as date
  from {{ relation }}
{%- endmacro %}

{% macro snowflake__days_between(relation, first_day, last_day) -%}
  select cast(dateadd('day', days_after.value, {{ first_day }}) as date) as date
  from {{ relation }}, lateral flatten(input => array_generate_range(0, datediff('day', {{ first_day }}, {{ last_day }}) + 1)) as days_after
{%- endmacro %}
