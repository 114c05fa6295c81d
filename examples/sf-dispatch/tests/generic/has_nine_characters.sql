{# A call's number has nine characters. #}
{% test has_nine_characters(model, column_name) %}
select {{ column_name }} from {{ model }} where length({{ column_name }}) <> 9
{% endtest %}
