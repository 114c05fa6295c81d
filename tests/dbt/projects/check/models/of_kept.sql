select id, name, dbt_valid_from, dbt_valid_to is null as is_current from {{ ref('kept') }}
