{# Des Moines lies at 93.6 degrees west: a positive longitude would be a place in China. #}
{% test west_of_greenwich(model, column_name) %}
select place, {{ column_name }} from {{ model }} where place like '41.58%' and {{ column_name }} > 0
{% endtest %}
