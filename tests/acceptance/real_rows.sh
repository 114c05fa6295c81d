#!/bin/sh
# The 9,937 real rows through the whole pipeline: raw, marts and answers have the known figures.
. "$(dirname -- "$0")/acceptance.sh"
real_data
new_project "$work/project"
cd "$work/project"
leat run
expect 'rows in raw' 9937 "$(value 'select count(*) from raw.crimes')"
expect 'distinct by :id' 9937 "$(value 'select count(distinct crime_id) from raw.crimes')"
expect 'top weekday' Friday,1493 "$(value 'select day_of_week_name, crimes from reports.crimes_by_weekday order by crimes desc limit 1')"
expect 'top time of day' afternoon,3186 "$(value 'select time_of_day, crimes from reports.crimes_by_time_of_day order by crimes desc limit 1')"
expect 'best arrest ratio' 11,111,514 "$(value 'select police_district, arrests, crimes from reports.police_rank_by_arrest order by arrest_rank limit 1')"
expect 'beat with most violent crime' 511,38 "$(value 'select beat, violent_crimes from reports.beats_by_violent_crime order by violent_crimes desc, beat limit 1')"
expect 'districts that match a station' 22 "$(value 'select count(*) from reports.police_rank_by_arrest where district_name is not null')"
expect 'districts' 22 "$(value 'select count(*) from reports.police_rank_by_arrest')"
expect 'dead letters' 0 "$(value 'select count(*) from _leat.dead_letters')"
[ -s site/index.html ] || { printf 'WRONG no page\n'; failures=$((failures + 1)); }
finish
