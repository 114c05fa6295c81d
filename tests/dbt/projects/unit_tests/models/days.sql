{{ config(materialized='incremental', unique_key='id') }}
select id, day, '{{ env_var("UNIT_TESTS_WORD", "none") }}' as word, {{ answer() }} as answer from {{ ref('people') }}
{% if is_incremental() %} where day > (select max(day) from {{ this }}) {% endif %}
