-- Calls that have no time of arrival, by what was done with them: these are the ones that no average holds.
select
  coalesce(disposition_text, 'Other') as disposition_text,
  coalesce(priority, 'none') as priority,
  count(*) as calls,
  count(*) - count(response_seconds) as calls_without_arrival,
  round(cast(100.0 * (count(*) - count(response_seconds)) / count(*) as numeric(18, 6)), 1) as percent_without_arrival
from {{ ref('report_calls') }}
group by 1, 2
