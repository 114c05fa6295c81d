{{ config(materialized='table', contract={'enforced': true}) }}
select amount, orders from {{ ref('totals') }}
