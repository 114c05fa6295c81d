select
  id as order_id,
  customer_id,
  {{ rounded('amount') }} as amount,
  ordered_at,
  status
from {{ ref('orders') }}
