-- What the shop's database needs before its changes can be read. Run it once as an administrator:
--   psql -v reader=leat -v password=... -f setup.sql postgresql://admin@host/dvdrental
-- wal_level has to be logical (ALTER SYSTEM SET wal_level = 'logical', then a restart; on RDS: rds.logical_replication).
select case when setting = 'logical' then 'wal_level is logical'
  else 'wal_level is ' || setting || ': set it to logical and restart' end as check
from pg_settings where name = 'wal_level';

create role :"reader" login replication password :'password';
grant usage on schema public to :"reader";
grant select on all tables in schema public to :"reader";
alter default privileges in schema public grant select on tables to :"reader";

-- Every table has a primary key, so its replica identity can stay as it is. The publication is made here, because
-- only the tables' owner can; a reader that may make one does so by itself.
create publication dvd_rental for table actor, address, category, city, country, customer, film, film_actor,
  film_category, inventory, language, payment, rental, staff, store with (publish_via_partition_root = true);
select count(*) || ' tables are published; 15 are expected' as check
from pg_publication_tables where pubname = 'dvd_rental';
