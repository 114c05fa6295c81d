// The console of a server with users: the login, what each role is shown and may do, and the way out.
//   node console_access.mjs BROWSER AXE URL [FOLDER]     vera is a viewer, otto an operator, ada an admin
import {check, finished} from './check.mjs';
import {somebody} from './person.mjs';

const [program, axe, url, pictures] = process.argv.slice(2);
const {browser, page, until, sees, visit, title, where, press, type, run, status, look, picture, seen} = await somebody({program, axe, url, pictures});
const names = () => page.ask(() => [...document.querySelectorAll('main button')].map(each => each.getAttribute('aria-label') ?? each.textContent.trim()));
async function log_in(name, password) {
  await type('Name', name);
  await type('Password', password);
  await press('Log in');
}
async function log_out() {
  await press('Log out');
  await sees('Log in to Leat');
}

// -- the login
await visit('/runs?status=failed');
check('nobody gets in without a name', await title(), 'Log in to Leat');
await look('the login');
await picture('login');
await log_in('vera', 'wrong');
await sees('The name or the password is wrong.');
check('Chromium tells of the refusal, and of nothing else', page.complaints.splice(0).map(each => each.replace(/ http.*/, '')), ['Failed to load resource: the server responded with a status of 401 (Unauthorized)']);
await look('a wrong password');
check('the field is empty again', await page.ask(() => document.querySelector('input[type=password]').value), '');

// -- a viewer looks, and nothing else
await log_in('vera', 'look-but-do-not-touch');
await until('the page that was asked for', () => document.querySelector('h1')?.textContent === 'Runs');
check('the address is kept', await where(), '/runs?status=failed');
for (const path of ['/', '/schedules', '/schedules?tab=sensors', '/connections/orders', '/assets/model.shop.customers', '/dead-letters?connection=orders', '/partitions/days', '/alerts?tab=routes', '/graph']) {
  await visit(path);
  check(`a viewer is offered nothing to run at ${path}`, (await names()).filter(name => /^(Run( now.*|…)?|Sync now|Try again|Backfill.*|Test|Silence(…| this)|From failure|Cancel)$/.test(name)), []);
}
await page.press('n');
check('nor by a key', await page.ask(() => document.querySelectorAll('dialog[open]').length), 0);
check('the server refuses it as well', await page.ask(async () => {
  const session = await (await fetch('/api/leat/v1/session')).json();
  return (await fetch('/api/leat/v1/jobs', {method: 'POST', headers: {'Content-Type': 'application/json', 'X-Leat-CSRF': session.csrf}, body: '{}'})).status;
}), 403);
await visit('/system');
await sees('look');
await look('the system, for a viewer');
await log_out();
await visit('/assets');
check('it is over', await title(), 'Log in to Leat');

// -- an operator runs and cancels
await visit('/');
await log_in('otto', 'run-and-cancel-it');
await until('the overview', () => document.querySelector('h1')?.textContent === 'Overview');
await run('tag:slow');
await status('Running');
await press('Cancel');
await status('Cancelled');
await visit('/system');
await sees('look, run and cancel');
await log_out();

// -- a login that ends elsewhere ends here
await visit('/');
await log_in('ada', 'everything-is-hers');
await until('the overview', () => document.querySelector('h1')?.textContent === 'Overview');
await page.ask(async () => {
  const session = await (await fetch('/api/leat/v1/session')).json();
  await fetch('/api/leat/v1/session', {method: 'DELETE', headers: {'X-Leat-CSRF': session.csrf}});
});
await page.ask(() => document.querySelector('a[href="/connections"]').click());
await sees('Log in to Leat');
console.log(`${seen.length} looks`);
await browser.stop();
finished();
