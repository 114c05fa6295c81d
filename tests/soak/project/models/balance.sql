select (select sum(v) from {{ source('raw', 'debit') }}) + (select sum(v) from {{ source('raw', 'credit') }}) as total
