# Prints fire incidents as a city's API sends them, all invented: awk -v from=1 -v to=1000 -f fire_rows.awk
BEGIN {
  split("Mission|Tenderloin|South of Market|Bernal Heights|Potrero Hill|Bayview|Sunset|Marina", hoods, "|")
  split("111 - Building fire|412 - Gas leak|700 - False alarm|321 - EMS call|552 - Police matter|113 - Cooking fire", situations, "|")
  split("E01|E11|E37|T03|B03|RC2", units, "|")
  for (i = from; i <= to; i++) {
    day = sprintf("20%02d-%02d-%02d", 3 + i % 22, 1 + i % 12, 1 + i % 28)
    at = sprintf("%sT%02d:%02d:%02d.000", day, i % 24, i % 60, (i * 7) % 60)
    printf "{\"incident_number\":\"%d\",\"exposure_number\":\"%d\",\"id\":\"%09d%d\",\"address\":\"%d %s \\\"St.\\\"\",", 8000000 + i, i % 500 == 0, i, i % 500 == 0, i % 3000, hoods[1 + i % 8]
    printf "\"incident_date\":\"%sT00:00:00.000\",\"call_number\":\"%d\",\"alarm_dttm\":\"%s\",\"arrival_dttm\":\"%s\",\"close_dttm\":\"%s\",", day, 80000000 + i, at, at, at
    printf "\"city\":\"SF\",\"zipcode\":\"94%03d\",\"battalion\":\"B%02d\",\"station_area\":\"%02d\",\"box\":\"%04d\",", i % 134, i % 10, i % 49, i % 9999
    printf "\"suppression_units\":\"%d\",\"suppression_personnel\":\"%d\",\"ems_units\":\"%d\",\"ems_personnel\":\"%d\",\"other_units\":\"0\",\"other_personnel\":\"0\",", i % 11, i % 40, i % 3, i % 6
    printf "\"first_unit_on_scene\":\"%s\",\"estimated_property_loss\":\"%d\",\"fire_fatalities\":\"%d\",\"fire_injuries\":\"%d\",\"civilian_fatalities\":\"0\",\"civilian_injuries\":\"%d\",", units[1 + i % 6], (i * 37) % 90000, i % 9973 == 0, i % 997 == 0, i % 499 == 0
    printf "\"number_of_alarms\":\"%d\",\"primary_situation\":\"%s\",\"mutual_aid\":\"None\",\"action_taken_primary\":\"86 - Investigate\",\"action_taken_secondary\":\"-\",\"action_taken_other\":\"-\",", 1 + (i % 100 == 0), situations[1 + i % 6]
    printf "\"detector_alerted_occupants\":\"-\",\"property_use\":\"962 - Residential street, road or residential dr\",\"area_of_fire_origin\":\"-\",\"ignition_cause\":\"-\",\"ignition_factor_primary\":\"-\",\"heat_source\":\"-\","
    printf "\"structure_type\":\"1 -enclosed building\",\"structure_status\":\"2 -in normal use\",\"floor_of_fire_origin\":\"%d\",\"fire_spread\":\"1 -confined to object of origin\",\"no_flame_spead\":\"%d\",\"detectors_present\":\"u -undetermined\",", i % 12, i % 3 == 0
    if (i % 7) printf "\"supervisor_district\":\"%d\",", 1 + i % 11
    printf "\"neighborhood_district\":\"%s\",\"point\":{\"type\":\"Point\",\"coordinates\":[-122.%06d,37.%06d]}}\n", hoods[1 + i % 8], (i * 13) % 1000000, (i * 17) % 1000000
  }
}
