// What readers do with a page: keys, sorting, searching, choosing, downloads, full screen, links of marks, prints.
import {check} from './check.mjs';

// Downloads are kept in the page instead of the disk.
function keepDownloads() {
  window.saved = [];
  URL.createObjectURL = blob => { blob.text().then(text => saved.push(text)); return 'data:,'; };
  HTMLAnchorElement.prototype.click = function () { window.savedAs = this.download; };
}
const text = selector => `document.querySelector(${JSON.stringify(selector)})?.textContent.trim()`;
const focus = (page, selector) => page.ask(s => { document.querySelector(s).focus(); return document.activeElement === document.querySelector(s); }, selector);
const csv = line => line.match(/("([^"]|"")*"|[^,]*)(,|$)/g).slice(0, -1).map(cell => cell.replace(/,$/, '').replace(/^"|"$/g, '').replace(/""/g, '"'));

async function tables(page, at, rowsOf) {
  await page.open(at('tables'));
  await page.ask(keepDownloads);
  const first = 'table.data tbody tr td';
  await focus(page, 'table.data thead th:nth-child(6) button');
  await page.press('Enter');
  check('a key sorts a table', [await page.ask(text(first)), await page.ask('document.querySelector("table.data thead th:nth-child(6)").getAttribute("aria-sort")')],
    [rowsOf('select state from usa.states order by people_2020 / square_miles desc limit 1')[0].state, 'descending']);
  await focus(page, '[aria-label="Rows behind"]');
  await page.press('Enter');
  check('a key turns to the next rows', await page.ask(text('.table-tools [aria-live]')), '11–20 of 50');
  await focus(page, '.table-tools input');
  await page.press('t', 'e', 'x');
  check('typing searches a table', [await page.ask(text(first)), await page.ask('document.querySelectorAll("table.data tbody")[0].rows.length')], ['Texas', 1]);
  await page.press('Tab', 'Tab', 'Tab');
  await focus(page, '.fold-head button');
  await page.press('Enter');
  check('a key unfolds a group', [await page.ask('document.querySelector(".fold-head button").getAttribute("aria-expanded")'), await page.ask('!!document.querySelector("tbody.fold tr:nth-child(2)").offsetParent')], ['true', true]);
  await page.ask('document.querySelector("[data-csv]").onclick()');
  await page.ask('new Promise(done => (function look() { saved.length ? done() : requestAnimationFrame(look); })())');
  const lines = (await page.ask('saved[0]')).trim().split('\n');
  const wanted = rowsOf('select state, people_2020 from usa.states order by people_2020 desc');
  check('a download has every row', [lines.length - 1, await page.ask('savedAs'), lines.slice(1).findIndex((line, i) => csv(line)[0] !== wanted[i].state || csv(line)[5] !== String(wanted[i].people_2020))], [50, 'states.csv', -1]);
  check('rows lead on', await page.ask('document.querySelector("table.data a").getAttribute("href")'), 'states/TX.html');
}

async function inputs(page, at, rowsOf) {
  const said = () => page.ask('[...document.querySelectorAll("main p")].map(p => p.textContent).find(t => t.startsWith("There are")).match(/\\d+|largest is \\w+/g)');
  const one = sql => String(Object.values(rowsOf(sql)[0])[0]);
  await page.open(at('inputs'));
  const start = [one("select count(*) from usa.states where region = 'West'"), 'largest is California', one("select count(*) from usa.states where region in ('South', 'West')"),
    one('select count(*) from usa.states where people_2020 >= 5000000'), '50', '50', '50', one("select count(*) from usa.states where state ilike '%North%'")];
  check('inputs at first', await said(), start);
  await focus(page, 'select[data-input=region]');
  await page.press('ArrowUp');
  check('a key chooses from a dropdown', (await said()).slice(0, 2), [one("select count(*) from usa.states where region = 'South'"), 'largest is Texas']);
  check('its chart follows', await page.ask(async () => (await Leat.drawRest(), echarts).getInstanceByDom(document.querySelector('[data-chart]')).getOption().series[0].data.length), 16);
  await focus(page, '.multi summary');
  await page.press('Enter', 'Tab', 'Tab', 'Tab', 'Space');
  check('keys choose several', (await said())[2], one("select count(*) from usa.states where region in ('South', 'West', 'Midwest')"));
  await page.press('Escape');
  check('Escape closes them', await page.ask('document.querySelector(".multi").open'), false);
  await focus(page, '[data-input=millions]');
  await page.press('ArrowRight');
  check('a key moves a slider', (await said())[3], one('select count(*) from usa.states where people_2020 >= 10000000'));
  await focus(page, '[data-input=only_new]');
  await page.press('Space');
  check('a key ticks a box', (await said())[4], one("select count(*) from usa.states where admitted >= date '1900-01-01'"));
  await focus(page, '[data-input=kind] button:nth-child(2)');
  await page.press('Enter');
  check('a key presses a button', await page.ask(async () => (await Leat.drawRest(), echarts).getInstanceByDom(document.querySelectorAll('[data-chart]')[1]).getOption().series[0].data.length), 9);
  await focus(page, '.range select');
  await page.ask(() => { const s = document.querySelector('.range select'); s.value = [...s.options].find(o => o.text === 'Last Year').value; s.dispatchEvent(new Event('change', {bubbles: true})); });
  check('a range of days', (await said())[5], one("select count(*) from usa.states where admitted between '1958-01-01' and '1958-12-31'"));
  await page.ask('document.querySelectorAll(".dimension button")[0].click()');
  check('a value of a grid', await page.ask('[...document.querySelectorAll("main p")].map(p => p.textContent.trim()).pop()'), one("select count(*) from usa.states where region = 'South'") + ' states are chosen.');
  check('inputs complain of nothing', page.complaints, []);
}

async function folds(page, at) {
  await page.open(at('layout'));
  await focus(page, '[role=tab]');
  await page.press('ArrowRight');
  check('a key turns to the next tab', await page.ask('[document.activeElement.textContent, document.activeElement.getAttribute("aria-selected"), [...document.querySelectorAll("[role=tabpanel]")].map(p => p.hidden)]'), ['Table', 'true', [true, false, true]]);
  await page.press('End');
  check('End is the last one', await page.ask('document.activeElement.textContent'), 'Text');
  await focus(page, '.accordion > details:first-child summary');
  await page.press('Enter');
  await focus(page, '.accordion > details:last-child summary');
  await page.press('Enter');
  check('keys unfold one at a time', await page.ask('[...document.querySelectorAll(".accordion > details")].map(d => d.open)'), [false, true]);
  check('a chart in a fold has its width', await page.ask('document.querySelector(".accordion [data-chart] svg").getBoundingClientRect().width > 300'), true);
  await focus(page, '[data-opens]');
  await page.press('Enter');
  check('a key opens a window', await page.ask('[document.querySelector("dialog").open, document.querySelector("dialog svg").getBoundingClientRect().width > 300]'), [true, true]);
  await page.press('Escape');
  check('Escape closes it', await page.ask('document.querySelector("dialog").open'), false);
  await page.ask('document.querySelector("[data-fullscreen]").click()');
  await page.ask('new Promise(done => (function look() { document.fullscreenElement ? done() : requestAnimationFrame(look); })())');
  check('a part fills the screen', await page.ask('document.fullscreenElement.className'), 'fullscreen');
  await page.ask('document.exitFullscreen()');
}

async function charts(page, at) {
  await page.open(at('charts'));
  await page.ask('Leat.drawRest()');
  await page.ask(keepDownloads);
  const drawn = await page.ask(() => [...document.querySelectorAll('figure')].find(f => f.textContent.includes('Mauna Loa')).querySelector('svg').textContent);
  check('marks over a chart', ['400 ppm (400)', 'Ten years', '2016', 'Rises each year'].filter(mark => !drawn.includes(mark)), []);
  await page.ask('document.querySelector(".chart-tools button").click()');
  await page.ask('new Promise(done => (function look() { saved.length ? done() : requestAnimationFrame(look); })())');
  check("a chart's data", (await page.ask('saved[0]')).split('\n').slice(0, 2), ['region,division,people', 'Midwest,East North Central,47368533']);
  await page.ask('[...document.querySelectorAll(".chart-tools button")].find(b => b.textContent === "Full screen").click()');
  await page.ask('new Promise(done => (function look() { document.fullscreenElement ? done() : requestAnimationFrame(look); })())');
  check('a chart fills the screen', await page.ask('document.fullscreenElement.tagName'), 'FIGURE');
  await page.ask('document.exitFullscreen()');
  await page.send('Emulation.setTimezoneOverride', {timezoneId: 'Asia/Tokyo'});
  await page.open(at('charts'));
  await page.ask('Leat.drawRest()');
  const years = () => page.ask(() => [...document.querySelectorAll('figure')].find(f => f.textContent.includes('In twenty years')).querySelector('svg').textContent.includes('1780'));
  check('days are days in Tokyo', await years(), true);
  await page.send('Emulation.setTimezoneOverride', {timezoneId: ''});
}

async function maps(page, at) {
  await page.open(at('maps'));
  await page.ask('Leat.drawRest()');
  const spot = await page.ask(() => {
    const plot = [...document.querySelectorAll('figure')].find(f => f.textContent.includes('Four Corners')).querySelector('.plot');
    plot.scrollIntoView({block: 'center'});
    const box = plot.getBoundingClientRect(), [x, y] = echarts.getInstanceByDom(plot).convertToPixel({seriesIndex: 0}, [-105.5, 39]);
    return [box.x + x, box.y + y];
  });
  const gone = page.event('Page.loadEventFired');
  await page.click(...spot);
  await gone;
  check('an area leads on', (await page.ask('location.pathname')).split('/build/')[1], 'states/CO.html');
  check('to its own page', await page.ask(text('main h1')), 'Colorado');
}

async function prints(page, at) {
  await page.open(at('layout'));
  await page.send('Emulation.setEmulatedMedia', {media: 'print'});
  await page.ask('dispatchEvent(new Event("beforeprint"))');
  check('prints show every fold', await page.ask('[[...document.querySelectorAll("[role=tabpanel]")].every(p => p.offsetParent), [...document.querySelectorAll("details.fold")].every(d => d.open), !!document.querySelector(".side").offsetParent, !!document.querySelector(".no-print").offsetParent]'), [true, true, false, false]);
  await page.ask('dispatchEvent(new Event("afterprint"))');
  await page.send('Emulation.setEmulatedMedia', {media: ''});
  for (const name of ['charts', 'tables']) {
    await page.open(at(name), {theme: 'dark'});
    const pdf = Buffer.from((await page.send('Page.printToPDF', {preferCSSPageSize: true})).data, 'base64').toString('latin1');
    const sheets = (pdf.match(/\/Type \/Page\b(?!s)/g) || []).length;
    check(`${name}: sheets of a print`, sheets >= 1 && sheets <= 7 ? 'a few' : sheets, 'a few');
  }
}

export async function interactions(page, at, rowsOf) {
  await tables(page, at, rowsOf);
  await inputs(page, at, rowsOf);
  await folds(page, at);
  await charts(page, at);
  await maps(page, at);
  await prints(page, at);
}
