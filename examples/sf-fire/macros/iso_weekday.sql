{# The day of the week of a date: 1 is Monday, 7 is Sunday. #}
{% macro iso_weekday(date) -%}
  cast({{ adapter.dispatch('iso_weekday')(date) }} as integer)
{%- endmacro %}

{% macro default__iso_weekday(date) -%}extract(isodow from {{ date }}){%- endmacro %}
{% macro snowflake__iso_weekday(date) -%}extract(dayofweekiso from {{ date }}){%- endmacro %}
