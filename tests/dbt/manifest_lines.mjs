// manifest_lines.mjs TARGET: what a manifest and the compiled SQL beside it say, a line a fact, in order, so that two can
// be compared.
import fs from 'node:fs';
import path from 'node:path';

const target = process.argv[2];
const manifest = JSON.parse(fs.readFileSync(path.join(target, 'manifest.json'), 'utf8'));
const lines = [];
const sorted = (value) => Array.isArray(value) ? value.map(sorted)
  : value && typeof value === 'object' ? Object.fromEntries(Object.entries(value).sort().map(([key, each]) => [key, sorted(each)]))
  : value;
const settings = ['materialized', 'schema', 'alias', 'tags', 'meta', 'enabled', 'unique_key', 'incremental_strategy',
  'severity', 'where', 'strategy', 'updated_at', 'column_types'];
for (const [id, node] of Object.entries({...manifest.nodes, ...manifest.sources, ...manifest.unit_tests})) {
  const say = (what, value) => lines.push(`${id} ${what} ${JSON.stringify(value)}`);
  say('fqn', node.fqn);
  say('path', node.original_file_path);
  if (node.resource_type !== 'unit_test') say('relation', [node.schema, node.alias ?? node.identifier]);
  if (node.checksum) say('checksum', node.checksum.checksum);
  say('depends_on', [...(node.depends_on?.nodes ?? [])].sort());
  for (const key of settings) {
    const value = node.config?.[key];
    if (value !== undefined && value !== null) say(`config.${key}`, Array.isArray(value) ? [...value].sort() : value);
  }
}
// What is only declared is compared whole.
for (const section of ['exposures', 'metrics', 'semantic_models', 'saved_queries', 'groups']) {
  for (const [id, {created_at, unrendered_config, ...told}] of Object.entries(manifest[section])) {
    lines.push(`${id} ${JSON.stringify(sorted(told))}`);
  }
}
const compiled = path.join(target, 'compiled');
const walk = (folder) => {
  for (const entry of fs.readdirSync(folder, {withFileTypes: true})) {
    const at = path.join(folder, entry.name);
    if (entry.isDirectory()) walk(at);
    else lines.push(`compiled ${path.relative(compiled, at)} ${fs.readFileSync(at, 'utf8').replace(/\s+/g, ' ').trim()}`);
  }
};
if (fs.existsSync(compiled)) walk(compiled);
console.log(lines.sort().join('\n'));
