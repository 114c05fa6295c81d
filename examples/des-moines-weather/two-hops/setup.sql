-- What PostgreSQL needs before the changes of these tables can be read; wal_level has to be logical.
alter table raw.forecasts replica identity full;
alter table raw.forecasts__timelines__hourly replica identity full;
alter table raw.forecasts__timelines__daily replica identity full;
