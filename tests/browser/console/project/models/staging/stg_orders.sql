select id as order_id, customer_id, amount, cast(placed_at as timestamp) as placed_at from {{ source('raw', 'orders') }}
