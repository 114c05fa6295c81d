{% test is_above(model, column, least, options) %}
select * from {{ model }} where {{ column }} {{ '<=' if options.strict else '<' }} {{ least - 1 }}
{% endtest %}
