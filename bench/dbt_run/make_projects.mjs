// make_projects.mjs FOLDER DATABASE: the projects of task.md; SQLMesh's builds into that file.
import fs from 'node:fs';
import path from 'node:path';

const folder = process.argv[2];
const project = (name, files) => {
  fs.mkdirSync(path.join(folder, name), {recursive: true});
  fs.writeFileSync(path.join(folder, name, 'dbt_project.yml'), `name: ${name}\nversion: '1.0'\nprofile: ${name}\n`);
  for (const [file, text] of files) {
    fs.mkdirSync(path.dirname(path.join(folder, name, file)), {recursive: true});
    fs.writeFileSync(path.join(folder, name, file), text);
  }
};
const many = (count, make) => Array.from({length: count}, (_, i) => make(i));
project('views', many(2000, (i) => [`models/v${i}.sql`, `select ${i} as id, 'x' as name\n`]));
project('tables', many(500, (i) => [`models/t${i}.sql`, `{{ config(materialized='table') }}\nselect ${i} as id, 'x' as name\n`]));
// The same tables for SQLMesh, whose models are of another form.
fs.mkdirSync(path.join(folder, 'mesh/models'), {recursive: true});
fs.writeFileSync(path.join(folder, 'mesh/config.yaml'), `gateways: {here: {connection: {type: duckdb, database: ${process.argv[3]}, concurrent_tasks: 1}}}
default_gateway: here
model_defaults: {dialect: duckdb, start: '2024-01-01'}
`);
many(500, (i) => fs.writeFileSync(path.join(folder, 'mesh/models', `t${i}.sql`), `MODEL (name built.t${i}, kind FULL);\nselect ${i} as id, 'x' as name\n`));
let csv = 'id,name,at,amount,flag,note\n';
for (let n = 1; csv.length < 7e6; ++n)
  csv += `${n},name ${n % 977},2024-0${n % 9 + 1}-1${n % 9},${(n * 7919 % 100000) / 100},${n % 2 ? 'true' : 'false'},some words about row ${n}\n`;
project('seed', [['seeds/big.csv', csv]]);
fs.writeFileSync(path.join(folder, 'views.sql'), 'create schema alone;\n' +
  many(2000, (i) => `begin; create view alone.v${i}__dbt_tmp as (select ${i} as id, 'x' as name); alter view alone.v${i}__dbt_tmp rename to v${i}; commit;\n`).join(''));
fs.writeFileSync(path.join(folder, 'tables.sql'), many(500, (i) =>
  `begin; create table t${i}__dbt_tmp as (select ${i} as id, 'x' as name); alter table t${i}__dbt_tmp rename to t${i}; commit;\n`).join(''));
