select id, amount from {{ source('landed', 'orders') }}
