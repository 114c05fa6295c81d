{{ config(materialized='incremental', unique_key='crime_id', incremental_strategy='delete+insert') }}
-- Crimes with their day: weekday, month, holiday.
select
  crimes.crime_id,
  crimes.case_number,
  crimes.updated_at,
  crimes.date_of_occurrence,
  crimes.block,
  crimes.iucr,
  crimes.primary_description,
  crimes.secondary_description,
  crimes.location_description,
  crimes.was_arrested,
  crimes.was_domestic,
  crimes.beat,
  crimes.police_district,
  crimes.ward,
  crimes.latitude,
  crimes.longitude,
  calendar.date,
  calendar.day,
  calendar.month,
  calendar.month_name,
  calendar.year,
  calendar.day_of_week,
  calendar.day_of_week_name,
  calendar.holiday_name
from {{ ref('stg_crimes') }} as crimes
left join {{ ref('calendar') }} as calendar on calendar.date = cast(crimes.date_of_occurrence as date)
{% if is_incremental() %}
-- Rows of one batch share their stamp, so the newest stamp is read again.
where crimes.updated_at >= (select max(updated_at) from {{ this }})
{% endif %}
