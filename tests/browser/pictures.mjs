// pictures.mjs BROWSER SITE FOLDER: the pages of tests/browser/states in light, in dark and on a phone, as pictures for the
// documentation (docs/guide/pages.md shows them).
import {writeFileSync} from 'node:fs';
import {Browser} from './browser.mjs';

const [program, site, folder] = process.argv.slice(2);
const browser = await Browser.start(program);
const page = await browser.page();
for (const name of ['charts', 'tables', 'inputs', 'maps', 'layout']) {
  for (const [look, theme, width] of [['light', 'light', 1280], ['dark', 'dark', 1280], ['phone', 'light', 390]]) {
    await page.open(`file://${site}/${name}.html`, {theme, width});
    await page.ask(async () => {
      // What is below the window is laid out for the picture, too.
      const style = document.createElement('style');
      style.textContent = 'figure.chart, .scroll { content-visibility: visible !important; }';
      document.head.appendChild(style);
      await Leat.drawRest();
      await new Promise(done => setTimeout(done, 300));
    });
    writeFileSync(`${folder}/pages-${name}-${look}.webp`, await page.picture({height: width < 600 ? 3200 : 4200, quality: 55}));
  }
}
await browser.stop();
