
-- One row a customer.
select id as customer_id, name, signed_up, active, score from {{ ref('customers') }}
