{{ config(group='finance', access='public') }}
select 1 as id, 2.5 as amount, date '2024-01-01' as ordered_at, 'a' as kind
