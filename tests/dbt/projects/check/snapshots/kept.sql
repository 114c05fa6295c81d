{% snapshot kept %}
{{ config(unique_key='id', strategy='timestamp', updated_at='since') }}
select * from {{ ref('customers') }}
{% endsnapshot %}
