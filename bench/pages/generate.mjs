// generate.mjs FOLDER DUCKDB_SQL ROWS PAGES: the project that is measured, and its database.
import {execFileSync} from 'node:child_process';
import {mkdirSync, rmSync, writeFileSync} from 'node:fs';

const [folder, duckdb, rows, pages] = process.argv.slice(2);
rmSync(folder, {recursive: true, force: true});
mkdirSync(`${folder}/pages/stores`, {recursive: true});
mkdirSync(`${folder}/sources/shop`, {recursive: true});
execFileSync(duckdb, [`${folder}/sources/shop/warehouse.duckdb`, 'create schema if not exists shop', `create table shop.orders as
  select i as id, 1 + hash(i) % 100 as store, date '2021-01-01' + (hash(i, 1) % 1460)::int as day,
    ['Books', 'Garden', 'Kitchen', 'Music', 'Office', 'Sports', 'Tools', 'Toys'][1 + (hash(i, 2) % 8)::int] as category,
    ['Card', 'Cash', 'Invoice'][1 + (hash(i, 3) % 3)::int] as payment, (5 + hash(i, 4) % 20000 / 100.0)::double as amount,
    hash(i, 5) % 200000 as customer from range(${rows}) t(i)`]);
writeFileSync(`${folder}/sources/shop/connection.yaml`, 'name: shop\ntype: duckdb\noptions:\n  filename: warehouse.duckdb\n');
writeFileSync(`${folder}/sources/shop/orders.sql`, 'select * from shop.orders\n');
writeFileSync(`${folder}/leat.yml`, 'name: shop\ntarget: shop\ntargets: {shop: {type: duckdb, path: sources/shop/warehouse.duckdb}}\npages: {folder: pages, output: site, title: Shop}\n');

const page = (title, where) => `---
title: ${title}
---

\`\`\`sql totals
select count(*) as orders, sum(amount) as sales_usd, avg(amount) as mean_usd2, count(distinct customer) as customers from shop.orders ${where}
\`\`\`

\`\`\`sql months
select date_trunc('month', day) as month, sum(amount) as sales_usd from shop.orders ${where} group by 1 order by 1
\`\`\`

\`\`\`sql categories
select category, sum(amount) as sales_usd, count(*) as orders from shop.orders ${where} group by 1 order by 2 desc
\`\`\`

\`\`\`sql payments
select date_trunc('quarter', day) as quarter, payment, sum(amount) as sales_usd from shop.orders ${where} group by 1, 2 order by 1, 2
\`\`\`

\`\`\`sql best_days
select day, count(*) as orders, sum(amount) as sales_usd, max(amount) as largest_usd from shop.orders ${where} group by 1 order by 3 desc limit 100
\`\`\`

<BigValue data={totals} value=orders fmt=num0/>
<BigValue data={totals} value=sales_usd/>
<BigValue data={totals} value=mean_usd2/>
<BigValue data={totals} value=customers fmt=num0/>

Of {fmt(totals[0].orders, 'num0')} orders, most were {categories[0].category}.

<LineChart data={months} x=month y=sales_usd title="Sales by month"/>

<BarChart data={categories} x=category y=sales_usd title="Sales by category" swapXY=true/>

<AreaChart data={payments} x=quarter y=sales_usd series=payment title="Sales by payment"/>

<BarChart data={categories} x=category y=orders title="Orders by category"/>

<DataTable data={best_days} search=true/>
`;
writeFileSync(`${folder}/pages/index.md`, page('All stores', ''));
for (let store = 1; store < pages; ++store) {
  const name = String(store).padStart(2, '0');
  writeFileSync(`${folder}/pages/stores/store-${name}.md`, page(`Store ${name}`, `where store = ${store}`));
}
