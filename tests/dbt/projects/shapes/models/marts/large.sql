{{ config(materialized='ephemeral') }}
-- with a comment first
with picked as (select * from {{ ref('paid') }} where amount >= {{ var('minimum') }})
select * from picked
