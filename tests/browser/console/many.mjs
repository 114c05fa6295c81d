// many.mjs FOLDER N: a project of N models in folders, each made of one to three of the layer before it.
import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';

const [folder, many] = [process.argv[2], Number(process.argv[3])];
let seed = 7;
const chance = n => (seed = seed * 16807 % 2147483647) % n;
const put = (path, text) => { mkdirSync(join(folder, path, '..'), {recursive: true}); writeFileSync(join(folder, path), text); };

put('leat.yml', 'name: many\ntarget: duckdb\ntargets: {duckdb: {type: duckdb, path: .leat/many.duckdb}}\ndbt: {project: .}\n');
put('dbt_project.yml', 'name: many\nversion: "1.0"\nconfig-version: 2\nprofile: many\n');
const layers = ['staging', 'staging', 'intermediate', 'intermediate', 'marts', 'marts', 'reporting'], areas = ['sales', 'finance', 'people', 'web', 'support', 'ops'];
const each = Math.ceil(many / layers.length), name = i => `asset_${i}`;
for (let i = 0; i < many; ++i) {
  const layer = Math.floor(i / each), before = (layer - 1) * each;
  const above = layer === 0 ? [] : Array.from({length: 1 + chance(3)}, () => before + chance(each));
  const sql = above.length ? above.map(one => `select * from {{ ref('${name(one)}') }}`).join('\nunion all\n') : `select ${i} as id`;
  put(`models/${layers[layer]}/${areas[chance(areas.length)]}/${name(i)}.sql`, sql + '\n');
}
