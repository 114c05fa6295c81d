// `leat pages dev`: what is saved is seen, mistakes stand over the page with file and line and go when they are mended.
import {spawn} from 'node:child_process';
import {readFileSync, renameSync, writeFileSync} from 'node:fs';
import {createInterface} from 'node:readline';
import {check} from './check.mjs';

// Saves as editors do: beside, then moved into its place.
function save(file, text) {
  writeFileSync(file + '~', text);
  renameSync(file + '~', file);
}

export async function development(page, leat, project) {
  const server = spawn(leat, ['pages', 'dev', '--project', project, '--port', '0'], {stdio: ['ignore', 'pipe', 'inherit']});
  const lines = [];
  let wake = () => {};
  createInterface({input: server.stdout}).on('line', line => { lines.push(line); wake(); });
  const line = async text => { while (!lines.some(l => l.includes(text))) await new Promise(done => { wake = done; }); return lines.find(l => l.includes(text)); };
  // The page looks itself, so that asking does not keep it busy; it may go and come back meanwhile.
  const looking = (what, ...values) => `new Promise(done => { const began = performance.now(); (function look() {
    if ((${what})(${values.map(v => JSON.stringify(v)).join(',')})) done(true); else if (performance.now() - began > 2000) done(false); else requestAnimationFrame(look); })(); })`;
  const seen = async (what, ...values) => {
    const began = performance.now();
    for (;;) {
      const got = await page.ask(looking(what, ...values)).catch(() => false);
      if (got) return performance.now() - began;
      if (performance.now() - began > 15000) return -1;
    }
  };
  const says = text => document.readyState === 'complete' && document.querySelector('main').textContent.includes(text);
  const overlay = text => document.getElementById('leat-problems')?.innerText.includes(text);
  try {
    const url = (await line('Serving the pages')).match(/http:\S+/)[0], file = project + '/pages/index.md';
    await line('✓ states');
    await page.open(url);
    const text = readFileSync(file, 'utf8').replace('## Where to go on', 'By chance <Value data={chance} column=number fmt=num6/>.\n\n## Where to go on') + '\n```sql chance\nselect random() as number\n```\n';
    save(file, text);
    check('dev: a new query is asked', await seen(says, 'By chance') >= 0, true);
    const chance = () => page.ask('[...document.querySelectorAll("p")].find(p => p.textContent.includes("By chance")).textContent');
    const before = await chance(), times = [], built = [];
    for (let i = 0; i < 5; ++i) {
      const known = lines.length;
      save(file, text.replace('Where to go on', 'Where to go, way ' + i));
      times.push(await seen(says, 'way ' + i));
      built.push(Number(/index\s+(\d+) ms/.exec(lines.slice(known).join(' '))?.[1]));
    }
    times.sort((a, b) => a - b);
    check('dev: what is saved is seen', times[0] >= 0 && times[2] < 5000, true);
    check('dev: queries that did not change are not asked again', await chance(), before);
    save(file, text + '\n<BarChrat data={totals}/>\n');
    check('dev: a mistake stands over the page', await seen(overlay, 'pages/index.md:') >= 0, true);
    save(file, text + '\n{#if totals}');
    check('dev: a page that can not be read says so', await seen(overlay, 'pages/index.md:') >= 0, true);
    save(file, text);
    check('dev: and recovers', await seen(() => !document.getElementById('leat-problems') && document.body.innerText.includes('Where to go on')) >= 0, true);
    save(project + '/partials/source.md', 'Counted twice.\n');
    check('dev: a partial is seen', await seen(says, 'Counted twice.') >= 0, true);
    save(project + '/pages/new.md', '# A new page\n');
    check('dev: a new page is listed', await seen(() => [...document.querySelectorAll('.side a')].some(a => a.textContent === 'New')) >= 0, true);
    return `from save to screen: ${times.map(Math.round).join(', ')} ms, of which building ${built.join(', ')} ms`;
  } finally {
    server.kill('SIGINT');
    await new Promise(done => server.on('exit', done));
  }
}
