{# An instant as the clock on the wall shows it at the place (`vars: time_zone`). #}
{% macro local_time(instant) -%}
  {{ adapter.dispatch('local_time')(instant) }}
{%- endmacro %}

{% macro default__local_time(instant) -%}({{ instant }} at time zone '{{ var("time_zone") }}'){%- endmacro %}
{% macro snowflake__local_time(instant) -%}
  cast(convert_timezone('{{ var("time_zone") }}', {{ instant }}) as timestamp_ntz)
{%- endmacro %}
