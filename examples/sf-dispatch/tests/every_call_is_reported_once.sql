-- The one big table loses no call and doubles none, whatever its dimensions hold.
with reported as (select count(*) as calls from {{ ref('report_calls') }}),
calls as (select count(*) as calls from {{ ref('stg_calls') }})
select reported.calls, calls.calls as wanted
from reported cross join calls
where reported.calls <> calls.calls
