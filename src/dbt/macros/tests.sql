{# The four generic tests: each selects the rows that should not be there. #}
{% test unique(model, column_name) %}
select {{ column_name }} as unique_field, count(*) as n_records
from {{ model }}
where {{ column_name }} is not null
group by {{ column_name }}
having count(*) > 1
{% endtest %}

{% test not_null(model, column_name) %}
select {{ column_name }} from {{ model }} where {{ column_name }} is null
{% endtest %}

{% test accepted_values(model, column_name, values, quote=true) %}
with all_values as (
  select {{ column_name }} as value_field, count(*) as n_records from {{ model }} group by {{ column_name }}
)
select * from all_values where value_field not in (
  {% for value in values %}{{ "'" ~ (value | string | replace("'", "''")) ~ "'" if quote else value }}{{ ', ' if not loop.last }}{% endfor %}
)
{% endtest %}

{% test relationships(model, column_name, to, field) %}
select child.from_field
from (select {{ column_name }} as from_field from {{ model }} where {{ column_name }} is not null) as child
left join (select {{ field }} as to_field from {{ to }}) as parent on child.from_field = parent.to_field
where parent.to_field is null
{% endtest %}
