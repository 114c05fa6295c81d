-- The tables of a DVD shop, with the names and keys of the well-known sample database. `last_update` is set when a row is
-- written first and does not change with every update, as there.
create type mpaa_rating as enum ('G', 'PG', 'PG-13', 'R', 'NC-17');
create table country (country_id serial primary key, country varchar(50) not null, last_update timestamp not null default now());
create table city (city_id serial primary key, city varchar(50) not null, country_id smallint not null references country,
  last_update timestamp not null default now());
create table address (address_id serial primary key, address varchar(50) not null, address2 varchar(50), district varchar(20) not null,
  city_id smallint not null references city, postal_code varchar(10), phone varchar(20) not null, last_update timestamp not null default now());
create table language (language_id serial primary key, name char(20) not null, last_update timestamp not null default now());
create table category (category_id serial primary key, name varchar(25) not null, last_update timestamp not null default now());
create table actor (actor_id serial primary key, first_name varchar(45) not null, last_name varchar(45) not null,
  last_update timestamp not null default now());
create table film (film_id serial primary key, title varchar(255) not null, description text, release_year integer,
  language_id smallint not null references language, rental_duration smallint not null default 3,
  rental_rate numeric(4, 2) not null default 4.99, length smallint, replacement_cost numeric(5, 2) not null default 19.99,
  rating mpaa_rating default 'G', last_update timestamp not null default now(), special_features text[]);
create table film_actor (actor_id smallint not null references actor, film_id smallint not null references film,
  last_update timestamp not null default now(), primary key (actor_id, film_id));
create table film_category (film_id smallint not null references film, category_id smallint not null references category,
  last_update timestamp not null default now(), primary key (film_id, category_id));
create table store (store_id serial primary key, manager_staff_id smallint not null unique,
  address_id smallint not null references address, last_update timestamp not null default now());
create table staff (staff_id serial primary key, first_name varchar(45) not null, last_name varchar(45) not null,
  address_id smallint not null references address, email varchar(50), store_id smallint not null, active boolean not null default true,
  username varchar(16) not null, password varchar(40), last_update timestamp not null default now(), picture bytea);
create table customer (customer_id serial primary key, store_id smallint not null, first_name varchar(45) not null,
  last_name varchar(45) not null, email varchar(50), address_id smallint not null references address,
  activebool boolean not null default true, create_date date not null default current_date, last_update timestamp default now(),
  active integer);
create table inventory (inventory_id serial primary key, film_id smallint not null references film, store_id smallint not null,
  last_update timestamp not null default now());
create table rental (rental_id serial primary key, rental_date timestamp not null, inventory_id integer not null references inventory,
  customer_id smallint not null references customer, return_date timestamp, staff_id smallint not null references staff,
  last_update timestamp not null default now());
create table payment (payment_id serial primary key, customer_id smallint not null references customer,
  staff_id smallint not null references staff, rental_id integer not null references rental, amount numeric(5, 2) not null,
  payment_date timestamp not null);
