// The console as people use it: looks at every screen, runs, watches, cancels, mends; by mouse and by keys.
//   node console.mjs BROWSER AXE URL PROJECT [FOLDER]     pictures of the screens go to FOLDER
import {writeFileSync} from 'node:fs';
import {check, finished} from './check.mjs';
import {somebody} from './person.mjs';

const [program, axe, url, project, pictures] = process.argv.slice(2);
const api = async (path, options) => (await fetch(url + '/api/leat/v1' + path, options)).json();
const paths = Object.keys((await api('/openapi.json')).paths).map(path => path.replace('/api/leat/v1', ''));
const has = path => paths.includes(path);
const {browser, page, until, sees, visit, title, where, press, type, run, status, look, picture, seen} = await somebody({program, axe, url, pictures, has});

// -- run, watch, cancel
await visit('/');
check('the overview', [await title(), await page.ask(() => document.querySelector('.tile b').textContent)], ['Overview', '11']);
await page.press('n');
await sees("dbt's selection language");
await type('What', 'orders_by_day model:customers');
await page.press('Tab');
await sees('assets');
await until('the preview', () => document.querySelector('.preview b')?.textContent === '2 assets');
await look('the form that runs');
await picture('run-form');
await press('Run');
await until('the job', () => location.pathname.startsWith('/jobs/'));
await status('Succeeded');
await until('its steps', () => document.querySelectorAll('.gantt-row').length >= 4);
await until('its log', () => document.querySelectorAll('.log-line').length > 3);
check('its log ends', await page.ask(() => [...document.querySelectorAll('.log-line')].pop().textContent.includes('run finished')), true);
const first = await where();

await visit('/');
await run('tag:slow');
await status('Running');
await until('the step that is at work', () => document.querySelector('.gantt-bar.busy'));
await sees('live');
await look('a run at work');
await picture('run-at-work');
await press('Cancel');
await status('Cancelled');
check('it can be run again', await page.ask(() => [...document.querySelectorAll('.actions button')].map(each => each.textContent).includes('From failure')), true);

await visit('/runs');
await run('tag:broken');
await status('Failed');
await sees('broken_rates');
await press('Errors');
await until('the error in the log', () => { const lines = [...document.querySelectorAll('.log-line')]; return lines.length && lines.every(each => each.classList.contains('error')); });
check('the filter stands in the address', (await where()).includes('level=error'), true);
await look('a failed run');
await picture('run-failed');
const failed = await where();
await press('From failure');
await until('another job', before => location.pathname.startsWith('/jobs/') && !before.startsWith(location.pathname), failed);
await status('Failed');
await visit(first);
await status('Succeeded');

// -- the list of runs
await visit('/runs');
await until('the runs', () => document.querySelectorAll('.runs-grid').length > 5);
await press('Failed');
await until('only failed ones', () => { const all = [...document.querySelectorAll('a.runs-grid .badge')]; return all.length && all.every(each => each.textContent === 'Failed'); });
check('the filter stands in the address of the list', await where(), '/runs?status=failed');
await look('runs');

// -- a connection, what it rejects, another try
await visit('/connections');
await until('both connections', () => document.querySelectorAll('a.connections-grid').length === 2);
await look('connections');
await page.ask(() => [...document.querySelectorAll('a.connections-grid')].find(each => each.textContent.startsWith('orders')).click());
await until('the connection', () => location.pathname === '/connections/orders');
await press('Sync now');
await until('the job', () => location.pathname.startsWith('/jobs/'));
await status('Succeeded');
await visit('/connections/orders');
await sees('2 letters');
await press('Loads');
await until('the loads', () => location.search.includes('tab=loads') && document.querySelectorAll('tbody tr').length >= 2);
await look('a connection');
await visit('/dead-letters?connection=orders');
await until('the records', () => document.querySelectorAll('.list button').length === 2);
await look('dead letters');
await picture('dead-letters');
await page.ask(() => document.querySelector('.list button').click());
await until('the record', () => document.querySelector('dialog[open] pre'));
await look('a dead letter');
await page.press('Escape');
await until('its end', () => !document.querySelector('dialog[open]'));
await press('Try again');
await sees('can\'t read single records again'); // what a file can't; an API's records are loaded again

// -- schedules
await visit('/schedules');
await press('nightly');
await sees('Missed ticks');
await look('schedules');
await press('Run now: quarter_hour');
await sees('is queued');
await visit('/schedules?tab=sensors');
await sees('pushed');
await look('sensors');
await press('Run now');
await sees('is queued');
await visit('/schedules?tab=freshness');
await sees('reports');
await look('promises of freshness');

// -- the graph, by keys
const drawn = () => until('the graph', () => document.documentElement.dataset.graph === 'drawn');
await visit('/graph');
await drawn();
await page.ask(() => document.querySelector('canvas').focus());
await page.press('ArrowRight');
await until('a selection', () => document.querySelector('.panel h2'));
await page.press('ArrowRight');
await until('the next', () => document.querySelector('.panel h2')?.textContent.startsWith('stg_'));
check('the selection stands in the address', (await where()).includes('focus=model.shop.stg_'), true);
await look('the graph with a selection');
await page.ask(() => document.querySelector('canvas').focus());
await page.press('Escape');
await press('Folder');
await until('the folders', () => document.querySelector('canvas').graph.nodes.some(node => node.key === 'group:marts'));
const group = await page.ask(() => { const box = document.querySelector('canvas').getBoundingClientRect(), at = document.querySelector('canvas').graph.screenOf('group:marts'); return {x: box.x + at.x, y: box.y + at.y}; });
await page.click(group.x, group.y);
await until('the folder unfolded', () => document.querySelector('canvas').graph.nodes.some(node => node.key === 'model.shop.customers'));
check('what is unfolded stands in the address', (await where()).includes('open=marts'), true);
await visit('/graph?select=' + encodeURIComponent('+customers'));
await drawn();
check('a selection of dbt’s', await page.ask(() => document.querySelector('canvas').graph.nodes.length), 5);
await visit('/graph?select=' + encodeURIComponent('no_such:thing'));
await until('what is wrong with it', () => document.querySelector('[role=alert]'));

// -- the catalogue, an asset
await visit('/assets');
await type('Find assets', 'custom');
await until('two of them', () => document.querySelectorAll('a.assets-grid').length >= 2 && location.search === '?find=custom');
await look('the catalogue');
await visit('/assets/model.shop.customers');
await sees('One row a customer');
await look('an asset');
await page.ask(() => document.querySelector('[role=tab][aria-selected=true]').focus());
await page.press('ArrowRight');
await until('its columns', () => location.search.includes('tab=columns') && document.querySelectorAll('tbody tr').length === 5);
await press('spent');
await until('the way of a column', () => document.querySelectorAll('.column-graph .edge').length >= 3);
await look('columns of an asset');
await picture('asset-columns');
for (const [tab, text] of [['code', 'count(o.order_id)'], ['checks', 'accepted_values'], ['history', 'Done'], ['rows', 'country']]) {
  await visit('/assets/model.shop.customers?tab=' + tab);
  await sees(text);
  await look(`an asset's ${tab}`);
}

// -- SQL
await visit('/sql');
await type('Query', 'select country, count(*) as n from marts.customers group by 1 order by 2 desc');
await page.ask(() => document.querySelector('textarea').dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', ctrlKey: true, bubbles: true})));
await until('the answer', () => document.querySelectorAll('.answer-row').length === 4);
check('the query stands in the address', (await where()).startsWith('/sql?sql=select'), true);
await look('SQL');
await picture('sql');
await type('Query', 'drop table marts.customers');
await press('Ask');
await sees('read-only');

// -- column lineage, reports, system
await visit('/lineage');
await type('Find a column', 'top_countries spent');
await until('the column', () => document.querySelectorAll('.list a').length === 1);
await page.ask(() => document.querySelector('.list a').click());
await until('its way', () => document.querySelectorAll('.column-graph .edge').length >= 3);
await look('column lineage');
await visit('/reports');
await sees('countries');
await look('reports');
await visit('/reports?page=index');
check('a report in its frame', await until('the report', () => document.querySelector('iframe')?.getAttribute('src')), '/reports/site/index.html');
await visit('/system');
await look('system');

// -- the palette and keys
await visit('/');
await page.ask(() => dispatchEvent(new KeyboardEvent('keydown', {key: 'k', ctrlKey: true})));
await until('the palette', () => document.querySelector('.palette[open]'));
await page.send('Input.insertText', {text: 'top_coun'});
await until('the asset in it', () => document.querySelectorAll('.palette li').length === 1);
await look('the palette');
await page.press('Enter');
await until('the asset', () => location.pathname === '/assets/model.shop.top_countries');
await page.press('g', 'r');
await until('runs by keys', () => location.pathname === '/runs');
await page.press('t');
check('dark by a key', await page.ask(() => document.documentElement.dataset.theme), 'dark');
await page.press('t');
await page.ask(() => localStorage.removeItem('leat.theme'));

// -- what serves partitions, backfills and alerts
if (has('/backfills')) {
  await visit('/partitions');
  await sees('days');
  await look('partitions');
  await visit('/partitions/days');
  await until('its cells', () => document.querySelectorAll('.cell-box').length > 20);
  await look('a grid of partitions');
  await page.ask(() => document.querySelectorAll('.cell-box')[3].click());
  await page.ask(() => document.querySelectorAll('.cell-box')[6].dispatchEvent(new MouseEvent('click', {shiftKey: true, bubbles: true})));
  await press('Backfill 4');
  await until('the plan', () => /4 partitions in 4 runs/.test(document.querySelector('dialog .preview')?.textContent));
  await look('the form of a backfill');
  await picture('backfill-form');
  await press('Begin 4 runs');
  await until('the backfill', () => location.pathname.startsWith('/backfills/'));
  await status('Succeeded');
  await look('a backfill');
  await visit('/partitions/days');
  await until('four that are done', () => document.querySelectorAll('.cell-box.succeeded').length >= 4);
  await picture('partitions');
}
if (has('/silences')) {
  await visit('/alerts');
  await until('the alert', () => document.querySelector('.alert-row button'));
  await page.ask(() => document.querySelector('.alert-row button').click());
  await press('Silence this');
  await type('Why', 'known');
  await look('the form of a silence');
  await press('Silence');
  await sees('Quiet until');
  await until('it is silenced', () => [...document.querySelectorAll('.alert-row .badge')].some(each => each.textContent === 'Silenced'));
  await look('alerts');
  await picture('alerts');
  await visit('/alerts?tab=routes');
  await look('routes of alerts');
  await press('Test');
  await sees('nobody: '); // what hinders it is told: nobody listens there
  await visit('/alerts?tab=silences');
  await press('End');
  await sees('The silence is over');
}

// -- every screen in dark and 390 pixels wide
const screens = {overview: '/', graph: '/graph', catalogue: '/assets', asset: '/assets/model.shop.customers', runs: '/runs', run: first, connections: '/connections', connection: '/connections/orders',
  'dead-letters': '/dead-letters', schedules: '/schedules?name=nightly', sql: '/sql?sql=select%20*%20from%20raw.orders', lineage: '/lineage?asset=model.shop.customers&column=spent', reports: '/reports', system: '/system',
  ...(has('/backfills') && {partitions: '/partitions', backfills: '/backfills'}), ...(has('/silences') && {alerts: '/alerts?status=all'})};
for (const [name, path] of Object.entries(screens)) {
  for (const [width, theme] of [[1280, 'light'], [1280, 'dark'], [390, 'light'], [390, 'dark']]) {
    await visit(path, {width, height: width < 500 ? 844 : 900, theme});
    if (name === 'graph') await drawn();
    await until('what it asks for', () => !document.querySelector('.loading'));
    await look(`${name}, ${theme}, ${width} px`);
    if (width > 500 || theme === 'light') await picture(`${name}-${theme}-${width}`);
  }
}
await visit('/', {width: 390, height: 844});
await press('Menu');
await until('the drawer, at rest', () => document.querySelector('.drawer .side')?.getBoundingClientRect().x === 0);
await press('Schedules');
await until('the page, and no drawer', () => location.pathname === '/schedules' && !document.querySelector('.drawer'));
await visit('/no/such/page');
check('no such page', await title(), 'No such page');

// -- a change of the project is seen without a restart
writeFileSync(project + '/models/marts/new_model.sql', "select 1 as n from {{ ref('customers') }}");
await visit('/assets?find=new_model');
await until('the new model', () => document.querySelector('a.assets-grid')?.textContent.includes('new_model'));
console.log(`${seen.length} looks`);
await browser.stop();
finished();
