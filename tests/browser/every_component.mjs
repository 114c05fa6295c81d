// every_component.mjs BROWSER PROJECT ASK LEAT AXE: what every_component.sh tells, in one browser.
import {execFileSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {Browser} from './browser.mjs';
import {check, finished} from './check.mjs';
import {collect, drawnSum, shownNumber} from './collect.mjs';

const [program, project, ask, leat, axe] = process.argv.slice(2);
const rowsOf = sql => {
  const out = execFileSync(leat, ['query', '--project', ask, '--format', 'json', sql], {encoding: 'utf8', maxBuffer: 1 << 26});
  return out.split('\n').filter(Boolean).map(line => JSON.parse(line));
};
// What the queries of a page answer; those that inputs or addresses decide are checked one by one below.
function answers(page) {
  const text = readFileSync(`${project}/pages/${page}.md`, 'utf8'), found = {};
  for (const [, name, sql] of text.matchAll(/```sql (\w+)\n([\s\S]*?)```/g)) {
    if (!sql.includes('${')) found[name] = rowsOf(sql);
  }
  return found;
}
const same = (a, b) => a === b || (a ?? '') === (b ?? '') || String(a) === String(b) ||
  (a !== null && b !== null && a !== '' && Math.abs(Number(a) - Number(b)) <= 1e-9 * Math.abs(Number(b)));
const day = value => typeof value === 'string' ? value.replace(/[T ]00:00:00.*$/, '') : value;

function numbersOf(page, rows, seen) {
  const wrong = [];
  for (const {query, column, row, value, text} of seen.values) {
    if (query && rows[query] && !same(day(rows[query][row][column]), day(value))) wrong.push(`${query}.${column}: ${value}`);
    if (!shownNumber(text, value)) wrong.push(`${text} shows ${value}`);
  }
  for (const {name, columns} of seen.data) {
    const answer = rows[name.replace(/\.\d+$/, '')];
    if (!answer) continue;
    for (const [column, values] of Object.entries(columns)) {
      const unequal = values.findIndex((value, i) => !same(day(answer[i][column]), day(value)));
      if (unequal >= 0 || values.length !== answer.length) wrong.push(`data of ${name}.${column}, row ${unequal}`);
    }
  }
  for (const {query, cells} of seen.rows) {
    const answer = rows[query];
    if (!answer) continue;
    const fits = answer.some(row => cells.every(cell => cell.index || Object.values(row).some(value => same(day(value), day(cell.value)))));
    if (!fits) wrong.push(`a row of ${query}: ${cells.map(c => c.value)}`);
    for (const cell of cells) if (!shownNumber(cell.text, cell.value)) wrong.push(`${cell.text} shows ${cell.value}`);
  }
  for (const chart of seen.charts) {
    const answer = rows[chart.data];
    if (!answer) continue;
    const wanted = drawnSum(chart, answer);
    if (wanted !== null && Math.abs(wanted - chart.sum) > 1e-6 * Math.abs(wanted)) wrong.push(`${chart.label}: ${chart.sum}, not ${wanted}`);
  }
  check(`${page}: numbers (${seen.values.length} values, ${seen.rows.length} rows, ${seen.charts.length} charts)`, wrong.slice(0, 5), []);
}

const browser = await Browser.start(program);
const page = await browser.page();
const at = name => `file://${project}/build/${name}.html`;
const axeText = readFileSync(axe, 'utf8');

const looks = [['light', 1280], ['dark', 1280], ['light', 390]];
const pages = {index: 3, charts: 18, tables: 5, inputs: 2, maps: 5, layout: 3, 'states/CA': 0};
for (const [name, charts] of Object.entries(pages)) {
  const rows = name.includes('/') ? {} : answers(name);
  for (const [theme, width] of looks) {
    await page.open(at(name), {theme, width});
    const seen = await page.ask(collect), look = `${name}, ${theme} at ${width} px`;
    check(`${look}: complaints`, page.complaints, []);
    check(`${look}: requests to others`, page.requests.filter(url => !url.startsWith('file:') && !url.startsWith('data:')), []);
    check(`${look}: wider than the window`, await page.ask('[document.documentElement.scrollWidth > innerWidth, [...document.querySelectorAll(".problem")].map(e => e.textContent)]'), [false, []]);
    check(`${look}: charts without marks`, [seen.charts.length >= charts, seen.charts.filter(chart => !chart.marks && chart.visible).map(chart => chart.label)], [true, []]);
    await page.ask(axeText + ';0');
    check(`${look}: axe-core`, await page.ask(async () => (await axe.run({exclude: [['.plot svg']]}, {resultTypes: ['violations']})).violations
      .filter(v => v.impact === 'serious' || v.impact === 'critical').map(v => v.id + ': ' + v.nodes.slice(0, 2).map(n => n.html.slice(0, 120)).join(' ; '))), []);
    if (theme === 'light' && width > 600) numbersOf(name, rows, seen);
  }
}

const {interactions} = await import('./interactions.mjs');
await interactions(page, at, rowsOf);
const {stills} = await import('./stills.mjs');
await stills(page, at);
const {hostile} = await import('./hostile.mjs');
await hostile(page, leat, project + '/../hostile');
const {development} = await import('./dev.mjs');
console.log(await development(page, leat, project));
await browser.stop();
finished();
