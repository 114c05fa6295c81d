// evidence_stand_ins.mjs PROJECT: writes a CSV beside each YAML file of a source of type faker, with its columns and as many
// rows, so that the pages that read it have something to show. Values are made up, the same each time.
import { readFileSync, writeFileSync, existsSync, readdirSync, statSync } from 'node:fs';
import { join, basename } from 'node:path';

const sources = join(process.argv[2], 'sources');
function files(folder) {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? files(path) : [path];
  });
}
function columns(text) {
  const out = [];
  let rows = 100, inside = false, indent = 0, last = null;
  for (const line of text.split('\n')) {
    const match = /^(\s*)([\w-]+):\s*(.*)$/.exec(line);
    if (!match) continue;
    const [, space, key, value] = match;
    if (!space && key === 'rows') rows = Number(value) || 100;
    if (!space) { inside = key === 'schema'; indent = 0; continue; }
    if (!inside) continue;
    if (!indent) indent = space.length;
    if (space.length === indent) out.push((last = { name: key }));
    else if (last && ['type', 'category', 'item', 'min', 'max', 'from', 'to'].includes(key)) last[key] ??= value.trim();
    const bound = /(min|max|from|to):\s*(\S+)/.exec(line);
    if (bound && last && space.length > indent) last[bound[1]] ??= bound[2];
  }
  return { rows: Math.min(rows, 5000), out };
}
function value(column, row) {
  const n = (row * 7919 + column.name.length * 104729) % 100000 / 100000;
  if (column.type === 'id') return row + 1;
  if (column.type === 'fk') return 1 + Math.floor(n * 50);
  if (column.category === 'number' || column.item === 'latitude' || column.item === 'longitude') {
    const least = Number(column.min ?? 0), most = Number(column.max ?? 1000), at = least + n * (most - least);
    return column.item === 'int' ? Math.round(at) : at.toFixed(4);
  }
  if (column.category === 'date' || /date|_at$/.test(column.name)) return new Date(Date.UTC(2023, 5, 1 + Math.floor(n * 360))).toISOString().slice(0, 10);
  if (column.category === 'datatype' || column.item === 'boolean') return n > 0.5;
  if (/zip/i.test(column.name + column.item)) return 90001 + (row % 40);
  return `${column.name} ${1 + Math.floor(n * 25)}`;
}
for (const source of existsSync(sources) ? readdirSync(sources) : []) {
  const connection = join(sources, source, 'connection.yaml');
  if (!existsSync(connection) || !/type:\s*faker/.test(readFileSync(connection, 'utf8'))) continue;
  for (const file of files(join(sources, source)).filter((f) => f.endsWith('.yaml') && f !== connection)) {
    const { rows, out } = columns(readFileSync(file, 'utf8'));
    if (!out.length) continue;
    const lines = [out.map((c) => c.name).join(',')];
    for (let row = 0; row < rows; row++) lines.push(out.map((c) => value(c, row)).join(','));
    writeFileSync(join(sources, source, basename(file, '.yaml') + '.csv'), lines.join('\n') + '\n');
  }
}
