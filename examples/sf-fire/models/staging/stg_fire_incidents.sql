-- The landed records taken apart: all columns of the city, typed, the newest version of each incident or exposure.
-- `id` tells them apart, incident_number does not. What the city has deleted since is still here: see fire_incidents.
{{ config(materialized='incremental', unique_key='id', incremental_strategy='delete+insert') }}
{% set columns = [
  ['id', 'varchar'], ['incident_number', 'varchar'], ['exposure_number', 'integer'], ['address', 'varchar'],
  ['incident_date', 'timestamp'], ['call_number', 'varchar'], ['alarm_dttm', 'timestamp'], ['arrival_dttm', 'timestamp'],
  ['close_dttm', 'timestamp'], ['city', 'varchar'], ['zipcode', 'varchar'], ['battalion', 'varchar'],
  ['station_area', 'varchar'], ['box', 'varchar'], ['suppression_units', 'integer'],
  ['suppression_personnel', 'integer'], ['ems_units', 'integer'], ['ems_personnel', 'integer'],
  ['other_units', 'integer'], ['other_personnel', 'integer'], ['first_unit_on_scene', 'varchar'],
  ['estimated_property_loss', 'double precision'], ['estimated_contents_loss', 'double precision'],
  ['fire_fatalities', 'integer'], ['fire_injuries', 'integer'], ['civilian_fatalities', 'integer'],
  ['civilian_injuries', 'integer'], ['number_of_alarms', 'integer'], ['primary_situation', 'varchar'],
  ['mutual_aid', 'varchar'], ['action_taken_primary', 'varchar'], ['action_taken_secondary', 'varchar'],
  ['action_taken_other', 'varchar'], ['detector_alerted_occupants', 'varchar'], ['property_use', 'varchar'],
  ['area_of_fire_origin', 'varchar'], ['ignition_cause', 'varchar'], ['ignition_factor_primary', 'varchar'],
  ['ignition_factor_secondary', 'varchar'], ['heat_source', 'varchar'], ['item_first_ignited', 'varchar'],
  ['human_factors_associated_with_ignition', 'varchar'], ['structure_type', 'varchar'],
  ['structure_status', 'varchar'], ['floor_of_fire_origin', 'integer'], ['fire_spread', 'varchar'],
  ['no_flame_spead', 'varchar'], ['number_of_floors_with_minimum_damage', 'integer'],
  ['number_of_floors_with_significant_damage', 'integer'], ['number_of_floors_with_heavy_damage', 'integer'],
  ['number_of_floors_with_extreme_damage', 'integer'], ['detectors_present', 'varchar'], ['detector_type', 'varchar'],
  ['detector_operation', 'varchar'], ['detector_effectiveness', 'varchar'], ['detector_failure_reason', 'varchar'],
  ['automatic_extinguishing_system_present', 'varchar'], ['automatic_extinguishing_sytem_type', 'varchar'],
  ['automatic_extinguishing_sytem_perfomance', 'varchar'],
  ['automatic_extinguishing_sytem_failure_reason', 'varchar'], ['number_of_sprinkler_heads_operating', 'integer'],
  ['supervisor_district', 'varchar'], ['neighborhood_district', 'varchar'], ['point', 'varchar'],
  ['point_longitude', 'double precision'], ['point_latitude', 'double precision'], ['point_geocoded', 'boolean'],
  ['data_as_of', 'timestamp'], ['data_loaded_at', 'timestamp'], ['created_at', 'timestamp with time zone'],
  ['updated_at', 'timestamp with time zone'], ['version', 'varchar'],
] %}
{% set names = columns | map(attribute=0) | list %}
with landed as (
  select ingestion_time, file_path, {{ fields_of('content', names) }} as held
  from {{ source('landing', 'fire_incidents') }}
  {% if is_incremental() %}
  where ingestion_time >= (select max(ingestion_time) from {{ this }})
  {% endif %}
),
fields as (
  select
    ingestion_time,
    file_path{% for name in names %},
    {{ field_at('held', loop.index, name) }} as {{ name }}{% endfor %}
  from landed
),
ranked as (
  select fields.*, row_number() over (partition by id order by updated_at desc, ingestion_time desc, file_path desc) as place
  from fields
)
select
  {% for name, type in columns %}
  {% if type == 'varchar' %}{{ name }}{% elif type == 'integer' %}cast(cast({{ name }} as double precision) as integer) as {{ name }}{% else %}cast({{ name }} as {{ type }}) as {{ name }}{% endif %},
  {% endfor %}
  ingestion_time,
  file_path
from ranked
where place = 1 and id is not null
