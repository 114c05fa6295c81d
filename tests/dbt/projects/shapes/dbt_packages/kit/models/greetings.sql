{{ config(materialized='view') }}
select {{ greet('you') }} as greeting, {{ kit.greet('me') }} as other, {{ var('kit_only') }} as number, '{{ var("greeting") }}' as word
