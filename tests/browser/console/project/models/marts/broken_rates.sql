{{ config(tags=['broken']) }}
-- Divides texts by numbers on purpose: what a failed run looks like.
select country, cast(country as integer) / spent as rate from {{ ref('top_countries') }}
