{# Seconds from one timestamp to another; null where one is missing. #}
{% macro seconds_between(from_time, to_time) -%}
  {{ adapter.dispatch('seconds_between')(from_time, to_time) }}
{%- endmacro %}

{% macro default__seconds_between(from_time, to_time) -%}
  cast(extract(epoch from ({{ to_time }} - {{ from_time }})) as double precision)
{%- endmacro %}

{% macro snowflake__seconds_between(from_time, to_time) -%}
  cast(datediff('second', {{ from_time }}, {{ to_time }}) as double precision)
{%- endmacro %}
