{# What is counted of incidents: an incident's exposures share its number. #}
{% macro incident_measures() -%}
  count(distinct incident_number) as incidents,
  sum(fatalities) as fatalities,
  sum(injuries) as injuries,
  sum(units) as units,
  sum(estimated_loss) as estimated_loss
{%- endmacro %}
