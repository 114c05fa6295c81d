{# How many calls there are, how many have an arrival, how many lack one, and the average minutes of those that
   have. A call without an arrival is counted and told, never taken for a fast or slow one. #}
{% macro response_measures() -%}
  count(*) as calls,
  count(response_seconds) as calls_with_arrival,
  count(*) - count(response_seconds) as calls_without_arrival,
  round(cast(avg(response_seconds) / 60 as numeric(18, 6)), 1) as response_minutes,
  round(cast(avg(police_seconds) / 60 as numeric(18, 6)), 1) as police_minutes
{%- endmacro %}
