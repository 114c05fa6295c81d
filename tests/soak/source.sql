create table items (id int primary key, grp int not null, v int, note text);
create table debit (id int primary key, v bigint not null);
create table credit (id int primary key, v bigint not null);
insert into items select i, i % 10, 0, 'note ' || i from generate_series(1, 20000) i;
insert into debit select i, 0 from generate_series(1, 100) i;
insert into credit select i, 0 from generate_series(1, 100) i;
