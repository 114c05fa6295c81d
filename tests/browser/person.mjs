// Somebody at the console: sees, presses, types, and looks at a page the way axe-core does.
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {Browser} from './browser.mjs';
import {check} from './check.mjs';

/** Opens a browser for the server at `url`. `has` says which calls that server describes; pictures go to a folder. */
export async function somebody({program, axe, url, pictures, has = () => true}) {
  const browser = await Browser.start(program);
  const page = await browser.page();
  const audit = readFileSync(axe, 'utf8');
  /** Waits until a function of the page returns something, and returns that. */
  async function until(what, look, ...values) {
    const end = Date.now() + 40000;
    for (;;) {
      const found = await page.ask(look, ...values);
      if (found) return found;
      if (Date.now() > end) throw new Error(`${what} does not come; the page says: ${(await page.ask(() => document.body.innerText)).slice(0, 900)}`);
      await page.ask(() => new Promise(done => setTimeout(done, 40)));
    }
  }
  const sees = text => until(`"${text}"`, text => document.body.innerText.includes(text), text);
  const visit = async (path, options) => { await page.open(url + path, options); await until('the page', () => document.querySelector('h1')?.textContent && !document.querySelector('.loading')); };
  const title = () => page.ask(() => document.querySelector('h1').textContent);
  const where = () => page.ask(() => location.pathname + location.search);
  /** A button, link, tab or option by its name, clicked with the mouse. */
  async function press(name) {
    const spot = await until(`the button "${name}"`, name => {
      const shown = [...document.querySelectorAll('dialog[open] button, dialog[open] a'), ...document.querySelectorAll('button, a, summary, [role=option]')].filter(each => each.offsetParent !== null || each.closest('dialog[open]'));
      const named = shown.find(each => !each.disabled && (each.getAttribute('aria-label') === name || each.textContent.trim() === name));
      if (!named) return null;
      named.scrollIntoView({block: 'center'});
      const box = named.getBoundingClientRect();
      return box.width ? {x: box.x + box.width / 2, y: box.y + box.height / 2} : null;
    }, name);
    await page.click(spot.x, spot.y);
  }
  /** Types into the field of that label, in place of what stands there. */
  async function type(label, text) {
    await until(`the field "${label}"`, label => {
      const named = each => (each.labels && [...each.labels].some(one => one.innerText.trim().startsWith(label) || one.textContent.trim().startsWith(label)));
      const field = [...document.querySelectorAll('dialog[open] input, dialog[open] select'), ...document.querySelectorAll('input, textarea, select')].find(named);
      if (!field) return false;
      field.focus();
      field.select?.();
      return true;
    }, label);
    await page.send('Input.insertText', {text});
  }
  /** Runs a selection by the form that a key opens, and waits for its job's page. */
  async function run(what) {
    await page.press('n');
    await type('What', what);
    await page.press('Tab');
    await press('Run');
    await until('the job', () => location.pathname.startsWith('/jobs/'));
  }
  const status = word => until(`the status ${word}`, word => document.querySelector('.head .badge')?.textContent === word, word);
  const seen = [];
  async function picture(name) { if (pictures) { mkdirSync(pictures, {recursive: true}); writeFileSync(`${pictures}/${name}.webp`, await page.picture({height: 1000, quality: 82})); } }
  /** What axe-core has against the page, and whether it is wider than the window. */
  async function look(name) {
    await page.ask(audit + ';0');
    const wrong = await page.ask(async () => (await axe.run(document, {resultTypes: ['violations']})).violations.filter(each => ['serious', 'critical'].includes(each.impact))
      .map(each => `${each.id}: ${each.nodes.slice(0, 3).map(node => node.target.join(' ') + ' ' + (node.any[0]?.message ?? '')).join('; ')}`));
    check(`axe-core, ${name}`, wrong, []);
    check(`within the window, ${name}`, await page.ask(() => document.documentElement.scrollWidth <= innerWidth), true);
    // Chromium complains of every 404; those of calls that this server does not describe are the console's questions.
    const complaints = page.complaints.filter(each => { const path = /404.*\/api\/leat\/v1(\/[^? ]*)/.exec(each)?.[1]; return !path || has(path); });
    check(`nobody complains, ${name}`, complaints, []);
    seen.push(name);
  }
  return {browser, page, until, sees, visit, title, where, press, type, run, status, look, picture, seen};
}
