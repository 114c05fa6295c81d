// A headless Chromium, driven over a pipe by the DevTools protocol: pages with their console, requests and keys.
// Bounded: every wait ends after a minute.
import {spawn} from 'node:child_process';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

const kWaitMs = 60000;
const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--hide-scrollbars',
  '--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-extensions',
  '--disable-dev-shm-usage', '--remote-debugging-pipe'];

function bounded(promise, what) {
  let timer;
  const late = new Promise((_, reject) => { timer = setTimeout(() => reject(new Error(what + ': no answer in time')), kWaitMs); });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

export class Browser {
  static async start(program) {
    const browser = new Browser();
    browser.folder = mkdtempSync(join(tmpdir(), 'leat-browser-'));
    browser.child = spawn(program, [...flags, '--user-data-dir=' + browser.folder, 'about:blank'],
      {stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe']});
    browser.next = 0;
    browser.waiting = new Map();
    browser.pages = new Map();
    let held = '';
    browser.child.stdio[4].on('data', bytes => {
      held += bytes;
      const messages = held.split('\0');
      held = messages.pop();
      messages.forEach(text => browser.take(JSON.parse(text)));
    });
    await browser.send('Browser.getVersion');
    return browser;
  }
  send(method, params = {}, sessionId = undefined) {
    const id = ++this.next;
    this.child.stdio[3].write(JSON.stringify({id, method, params, sessionId}) + '\0');
    return bounded(new Promise((done, fail) => this.waiting.set(id, {done, fail, method})), method);
  }
  take(message) {
    if (message.id) {
      const {done, fail, method} = this.waiting.get(message.id);
      this.waiting.delete(message.id);
      return message.error ? fail(new Error(method + ': ' + message.error.message)) : done(message.result);
    }
    const page = this.pages.get(message.sessionId);
    if (page) page.hear(message.method, message.params);
  }
  async page() {
    const {targetId} = await this.send('Target.createTarget', {url: 'about:blank'});
    const {sessionId} = await this.send('Target.attachToTarget', {targetId, flatten: true});
    const page = new Page(this, sessionId, targetId);
    this.pages.set(sessionId, page);
    for (const domain of ['Page', 'Runtime', 'Network', 'Log']) await page.send(domain + '.enable');
    return page;
  }
  async stop() {
    const ended = new Promise(done => this.child.on('exit', done));
    this.send('Browser.close').catch(() => this.child.kill('SIGKILL'));
    await bounded(ended, 'closing').catch(() => this.child.kill('SIGKILL'));
    rmSync(this.folder, {recursive: true, force: true, maxRetries: 5});
  }
}

class Page {
  constructor(browser, session, target) {
    Object.assign(this, {browser, session, target, complaints: [], requests: [], waits: [], dialogs: []});
  }
  send(method, params) { return this.browser.send(method, params, this.session); }
  hear(method, params) {
    if (method === 'Runtime.exceptionThrown') this.complaints.push(params.exceptionDetails.exception?.description || params.exceptionDetails.text);
    if (method === 'Runtime.consoleAPICalled' && ['error', 'warning', 'assert'].includes(params.type)) this.complaints.push(params.args.map(a => a.value ?? a.description).join(' '));
    if (method === 'Log.entryAdded' && ['error', 'warning'].includes(params.entry.level)) this.complaints.push(params.entry.text + ' ' + (params.entry.url || ''));
    if (method === 'Network.requestWillBeSent') this.requests.push(params.request.url);
    if (method === 'Page.javascriptDialogOpening') { this.dialogs.push(params.message); this.send('Page.handleJavaScriptDialog', {accept: true}).catch(() => {}); }
    this.waits = this.waits.filter(wait => !(wait.method === method && wait.fits(params) && (wait.done(params), true)));
  }
  event(method, fits = () => true) { return bounded(new Promise(done => this.waits.push({method, fits, done})), method); }
  // A new document: what the one before complained of is forgotten.
  async open(url, {width = 1280, height = 900, theme = 'light', wait = true} = {}) {
    await this.send('Emulation.setDeviceMetricsOverride', {width, height, deviceScaleFactor: 1, mobile: width < 600});
    await this.send('Emulation.setEmulatedMedia', {features: [{name: 'prefers-color-scheme', value: theme}]});
    const empty = this.event('Page.loadEventFired');
    await this.send('Page.navigate', {url: 'about:blank'});
    await empty;
    this.complaints = [];
    this.requests = [];
    this.dialogs = [];
    const loaded = wait && this.event('Page.loadEventFired');
    await this.send('Page.navigate', {url});
    if (wait) await loaded;
  }
  // The value of an expression, or of what a function of the page's world returns.
  async ask(what, ...values) {
    const expression = typeof what === 'function' ? `(${what})(${values.map(v => JSON.stringify(v)).join(',')})` : what;
    const {result, exceptionDetails} = await this.send('Runtime.evaluate', {expression, awaitPromise: true, returnByValue: true, userGesture: true});
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description || exceptionDetails.text);
    return result.value;
  }
  async press(...keys) {
    const codes = {Tab: 9, Enter: 13, Escape: 27, Space: 32, ArrowLeft: 37, ArrowUp: 38, ArrowRight: 39, ArrowDown: 40, Home: 36, End: 35};
    for (const key of keys) {
      const text = key === 'Enter' ? '\r' : key === 'Space' ? ' ' : key.length === 1 ? key : undefined;
      const all = {key: key === 'Space' ? ' ' : key, code: key, windowsVirtualKeyCode: codes[key] ?? key.toUpperCase().charCodeAt(0), text};
      await this.send('Input.dispatchKeyEvent', {type: text ? 'keyDown' : 'rawKeyDown', ...all});
      await this.send('Input.dispatchKeyEvent', {type: 'keyUp', ...all});
    }
  }
  async click(x, y) {
    for (const type of ['mouseMoved', 'mousePressed', 'mouseReleased'])
      await this.send('Input.dispatchMouseEvent', {type, x, y, button: type === 'mouseMoved' ? 'none' : 'left', clickCount: 1});
  }
  async picture({height, quality = 80} = {}) {
    const size = await this.ask('({width: innerWidth, height: document.documentElement.scrollHeight})');
    const clip = {x: 0, y: 0, width: size.width, height: Math.min(size.height, height ?? 16000), scale: 1};
    const {data} = await this.send('Page.captureScreenshot', {format: 'webp', quality, clip, captureBeyondViewport: true});
    return Buffer.from(data, 'base64');
  }
}
