// Charts as they come with the page: seen without scripts, and alive as soon as somebody points at them.
import {check} from './check.mjs';

// Every chart that can be seen, with what is drawn in it and how wide.
const drawings = () => [...document.querySelectorAll('[data-chart]')].filter(e => e.offsetParent).map(e => {
  const shown = [...e.children].find(c => getComputedStyle(c).display !== 'none');
  return {label: e.getAttribute('aria-label'), marks: shown ? shown.querySelectorAll('path').length : 0, still: !!shown?.matches('svg.still'),
    wide: shown ? Math.round(shown.getBoundingClientRect().width) <= e.clientWidth + 1 : false};
});

export async function stills(page, at) {
  await page.send('Emulation.setScriptExecutionDisabled', {value: true});
  for (const [name, width] of [['charts', 1280], ['charts', 390], ['index', 1280], ['maps', 1280]]) {
    await page.open(at(name), {width});
    const seen = await page.ask(drawings);
    check(`${name} at ${width} px without scripts`, [seen.length > 2, seen.filter(d => !d.marks || !d.still || !d.wide).map(d => d.label)], [true, []]);
  }
  await page.send('Emulation.setScriptExecutionDisabled', {value: false});

  await page.open(at('index'));
  await page.ask('new Promise(done => setTimeout(done, 300))');
  check('a page that is only looked at loads no chart library', [await page.ask('typeof echarts'), page.requests.filter(url => /echarts|charts\.js/.test(url))], ['undefined', []]);
  const spot = await page.ask(() => {
    const plot = [...document.querySelectorAll('.plot[data-chart]')].find(p => p.querySelector('.still'));
    plot.scrollIntoView({block: 'center'});
    const box = plot.getBoundingClientRect();
    return [box.x + box.width / 2, box.y + box.height / 2];
  });
  await page.send('Input.dispatchMouseEvent', {type: 'mouseMoved', x: spot[0], y: spot[1]});
  const tip = await page.ask('new Promise(done => (function look(n) { const tip = document.querySelector(".tip b"); tip || !n ? done(tip ? tip.textContent : "none") : setTimeout(look, 20, n - 1); })(500))');
  check('a chart that is pointed at answers', [/\d/.test(tip), page.complaints], [true, []]);
  await page.open(at('index'), {theme: 'dark'});
  const colors = await page.ask(() => [...document.querySelectorAll('svg.still text')].filter(t => t.checkVisibility()).slice(0, 1).map(t => getComputedStyle(t).fill));
  check('drawings follow the theme', colors, ['rgb(163, 175, 188)']);
}
