// Writes a dbt project of many models: node make_project.mjs FOLDER MODELS TESTS_A_MODEL [TYPE]
// Each model reads up to three models before it; every model has TESTS_A_MODEL data tests (not_null, unique,
// accepted_values in turn). The same arguments write the same project.
import {mkdirSync, writeFileSync} from 'node:fs';

const [folder, models, tests, materialized = 'view'] = process.argv.slice(2);
let seed = 12345;
const random = below => (seed = (seed * 1103515245 + 12345) % 2147483648, seed % below);
mkdirSync(`${folder}/models`, {recursive: true});
writeFileSync(`${folder}/dbt_project.yml`, `name: many
version: '1.0'
config-version: 2
profile: many
model-paths: [models]
models:
  many:
    +materialized: ${materialized}
flags:
  require_generic_test_arguments_property: true # as dbt Core 2 has it
`);
const kinds = ['not_null', 'unique', 'accepted_values: {arguments: {values: [1, 2, 3], quote: false}}'];
for (let i = 0; i < Number(models); ++i) {
  const part = `${folder}/models/part_${Math.floor(i / 100)}`;
  if (i % 100 === 0) mkdirSync(part, {recursive: true});
  const above = i === 0 ? [] : [...new Set(Array.from({length: 1 + random(3)}, () => random(i)))];
  const reads = above.map(each => `select id, part from {{ ref('model_${each}') }}`);
  writeFileSync(`${part}/model_${i}.sql`,
                `{{ config(tags=['part_${i % 10}']) }}\n${
                    reads.length ? `select id, part from (\n${reads.join('\nunion\n')}\n) as above`
                                 : 'select 1 as id, 2 as part'}\n`);
  if (i % 100 !== 99 && i !== Number(models) - 1) continue;
  if (Number(tests) === 0) continue;
  let text = 'version: 2\nmodels:\n';
  for (let k = i - i % 100; k <= i; ++k) {
    text += `  - name: model_${k}\n    description: Model ${k} of many\n    columns:\n      - name: id\n        description: Its key\n        data_tests:\n`;
    for (let t = 0; t < Number(tests); ++t) text += `          - ${kinds[t % kinds.length]}\n`;
  }
  writeFileSync(`${part}/schema.yml`, text);
}
