{# The most frequent values are among these. #}
{% test mostly_in(model, column_name, values, top=1) %}
select value from (
  select {{ column_name }} as value, row_number() over (order by count(*) desc) as place
  from {{ model }} where {{ column_name }} is not null group by {{ column_name }}
) as ranked
where place <= {{ top }} and value not in ({% for each in values %}'{{ each }}'{{ ", " if not loop.last }}{% endfor %})
{% endtest %}
