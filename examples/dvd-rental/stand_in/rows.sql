-- Invented rows, the same each time: no person, address or film of it is real.
insert into country (country) select unnest(array['Argentina', 'Brazil', 'Canada', 'Chile', 'China', 'Egypt', 'France', 'Germany',
  'India', 'Indonesia', 'Italy', 'Japan', 'Kenya', 'Mexico', 'Nigeria', 'Poland', 'Spain', 'Turkey', 'United Kingdom', 'United States']);
insert into city (city, country_id) select 'City ' || i, 1 + i % 20 from generate_series(1, 60) as i;
insert into address (address, district, city_id, postal_code, phone)
  select i || ' Example Street', 'District ' || i % 12, 1 + i % 60, lpad((i * 37 % 100000)::text, 5, '0'), '555-' || lpad(i::text, 4, '0')
  from generate_series(1, 130) as i;
insert into language (name) values ('English'), ('Italian'), ('Japanese');
insert into category (name) select unnest(array['Action', 'Animation', 'Children', 'Classics', 'Comedy', 'Documentary', 'Drama', 'Family',
  'Foreign', 'Games', 'Horror', 'Music', 'New', 'Sci-Fi', 'Sports', 'Travel']);
insert into actor (first_name, last_name)
  select (array['Ada', 'Ben', 'Cleo', 'Dov', 'Eva', 'Finn', 'Gia', 'Hal', 'Ivy', 'Jon'])[1 + i % 10],
    (array['Amber', 'Birch', 'Cedar', 'Dune', 'Elm', 'Frost'])[1 + i / 10] from generate_series(0, 59) as i;
insert into film (title, description, release_year, language_id, rental_duration, rental_rate, length, replacement_cost, rating)
  select (array['Silent', 'Golden', 'Broken', 'Distant', 'Secret', 'Winter', 'Electric', 'Paper'])[1 + i % 8] || ' ' ||
      (array['Harbor', 'Garden', 'Engine', 'Mirror', 'Island', 'Letter', 'Orchard', 'Signal', 'Tower'])[1 + i % 9] || ' ' || i,
    'An invented film.', 2006, 1, 3 + i % 5, (array[0.99, 2.99, 4.99])[1 + i % 3], 60 + i * 7 % 120, 9.99 + i % 20,
    (array['G', 'PG', 'PG-13', 'R', 'NC-17', 'PG-13'])[1 + i % 6]::mpaa_rating
  from generate_series(1, 200) as i;
insert into film_category (film_id, category_id) select i, 1 + (i * 7 + i / 16) % 16 from generate_series(1, 200) as i;
insert into film_actor (actor_id, film_id)
  select distinct 1 + (f * 3 + a * a * 11) % 60, f from generate_series(1, 200) as f, generate_series(1, 5) as a;
insert into store (manager_staff_id, address_id) values (1, 1), (2, 2);
insert into staff (first_name, last_name, address_id, email, store_id, username)
  values ('Mia', 'Stone', 3, 'mia@shop.example', 1, 'mia'), ('Noah', 'Field', 4, 'noah@shop.example', 2, 'noah');
insert into customer (store_id, first_name, last_name, email, address_id, create_date, active)
  select 1 + i % 2, (array['Ann', 'Bob', 'Cat', 'Dan', 'Eli', 'Fay', 'Gus', 'Hue', 'Ike', 'Joy', 'Kim'])[1 + i % 11],
    'Customer ' || i, 'customer' || i || '@mail.example', 5 + i % 125, date '2006-02-14', 1 from generate_series(1, 120) as i;
insert into inventory (film_id, store_id) select 1 + i % 200, 1 + i / 3 % 2 from generate_series(0, 599) as i;
insert into rental (rental_date, inventory_id, customer_id, return_date, staff_id)
  select at, 1 + (i * 13 + i * i % 97) % 600, 1 + (i * 17 + i * i % 31) % 120,
    case when i % 40 > 0 then at + (1 + i % 9) * interval '1 day' end, 1 + i % 2
  from (select i, timestamp '2007-02-10 09:00' + i * interval '38 minutes' as at from generate_series(1, 3500) as i) as times;
-- Most rentals are paid once, some twice, some never.
insert into payment (customer_id, staff_id, rental_id, amount, payment_date)
  select r.customer_id, r.staff_id, r.rental_id, f.rental_rate + n, r.rental_date + interval '2 hours'
  from rental as r join inventory as i using (inventory_id) join film as f using (film_id)
  cross join generate_series(0, 1) as n where r.rental_id % 11 > 0 and (n = 0 or r.rental_id % 50 = 0)
  order by r.rental_id, n;
