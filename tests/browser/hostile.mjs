// A page on which every text of the data wants to run as a script: none does.
import {execFileSync} from 'node:child_process';
import {readdirSync} from 'node:fs';
import {check} from './check.mjs';

export async function hostile(page, leat, project) {
  let told = '';
  try { told = execFileSync(leat, ['pages', 'build', '--project', project], {encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe']}); } catch (error) { told = error.stdout + error.stderr; }
  const files = readdirSync(project + '/build', {recursive: true}).filter(name => name.endsWith('.html'));
  check('hostile: pages are below the site', files.length > 20 && files.every(name => /^(index|rows\/[^/]+)\.html$/.test(name)), true);
  for (const [theme, width] of [['light', 1280], ['dark', 390]]) {
    await page.open(`file://${project}/build/index.html`, {theme, width});
    const url = await page.ask('location.href');
    const found = await page.ask(async busy => {
      const all = (selector, within) => [...(within || document).querySelectorAll(selector)], wrong = [];
      await Leat.drawRest();
      // Every chart's notes, every choice, every link and button, every column.
      for (const element of all('[data-chart]')) {
        const chart = echarts.getInstanceByDom(element);
        if (!chart || element.matches('.problem')) { wrong.push('not drawn: ' + element.getAttribute('aria-label') + ': ' + element.textContent.slice(0, 80)); continue; }
        const marks = chart.getOption().series.flatMap((series, seriesIndex) => (series.data || []).map((item, dataIndex) => ({type: 'showTip', seriesIndex, dataIndex})));
        if (busy) marks.slice(0, 20).forEach(mark => chart.dispatchAction(mark));
      }
      if (busy) {
        for (const select of all('select')) for (const option of [...select.options]) { select.value = option.value; select.dispatchEvent(new Event('change', {bubbles: true})); }
        for (const element of all('main *')) for (const type of ['mouseover', 'focus']) element.dispatchEvent(new Event(type));
        for (const button of all('main button:not([data-embed] button, .chart-tools button, [data-opens], .dimension button)')) button.click();
        for (const box of all('.multi input').slice(0, 4)) box.click();
        for (const dialog of all('dialog').slice(0, 4)) { dialog.showModal(); dialog.close(); }
        await new Promise(done => setTimeout(done, 200));
      }
      for (const element of all('*')) {
        for (const {name, value} of element.attributes) if (/^on/i.test(name) || (/^(href|src|action|srcdoc|formaction|data|xlink:href)$/i.test(name) && /^(javascript|data:text|vbscript)/i.test(value.replace(/[\s\x00-\x1f]/g, '')))) wrong.push(element.tagName + ' ' + name + '=' + value.slice(0, 60));
        if (/^(IFRAME|OBJECT|EMBED|BASE|META|LINK|STYLE|SCRIPT|MATH)$/i.test(element.tagName) && element.closest('main') && !(element.tagName === 'SCRIPT' && element.type === 'application/json') && !element.closest('svg')) wrong.push('an element ' + element.tagName);
      }
      return {hit: window.hit, wrong: wrong.slice(0, 8), url: location.href};
    }, theme === 'light');
    check(`hostile, ${theme} at ${width} px`, [found, page.dialogs, page.requests.filter(r => !r.startsWith('file:') && !r.startsWith('data:'))], [{wrong: [], url}, [], []]);
  }
  // Marks with hostile addresses lead nowhere.
  const led = await page.ask(() => ['javascript:window.hit=1', ' java\tscript:window.hit=1', 'JaVaScRiPt:1', 'data:text/html,x', 'vbscript:x', '\u0001javascript:1'].map(Leat.link));
  check('hostile addresses of marks', led, ['#', '#', '#', '#', '#', '#']);
  for (const name of files.filter(name => name !== 'index.html').slice(0, 12)) {
    await page.open('file://' + (project + '/build/' + name).split('/').map(encodeURIComponent).join('/'));
    check(`hostile, ${name}`, await page.ask('[window.hit ?? 0, document.querySelectorAll("main [onerror], main [onload], main script").length]'), [0, 0]);
  }
  return told;
}
