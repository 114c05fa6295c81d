{% set found = run_query("select distinct status from " ~ ref('stg_orders')) %}
select 1 as id{% for each in (found.columns[0].values() if execute else []) %}, {{ loop.index }} as "{{ each }}"{% endfor %}
