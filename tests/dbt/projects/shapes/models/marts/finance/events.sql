{{ config(
    materialized='incremental',
    unique_key='order_id',
    on_schema_change='append_new_columns',
    pre_hook="delete from {{ this.schema }}.nothing where false" if false else [],
    post_hook=["update {{ this }} set amount = amount where false", "{{ log('built ' ~ this.identifier) }}"]
) }}
select order_id, amount, {{ shout('status') }} as status
from {{ ref('stg_orders') }}
{% if is_incremental() -%}
where order_id >= (select max(order_id) from {{ this }})
{%- endif %}
