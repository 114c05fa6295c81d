{{ config(tags=['orders'], meta={'source': 'shop'}) }}
-- depends_on: {{ ref("orders") }}
select id as order_id, customer_id, amount, status, ordered_at
from {{ source('shop', 'orders') }}
