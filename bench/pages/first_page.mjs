// first_page.mjs BROWSER FOLDER [PATH]: serves a built site with gzip, opens a page with the CPU slowed down four times
// over 10 Mbit/s with 40 ms, three times, and prints the medians: bytes and milliseconds until it is interactive.
import {createServer} from 'node:http';
import {existsSync, readFileSync, statSync} from 'node:fs';
import {gzipSync} from 'node:zlib';
import {Browser} from '../../tests/browser/browser.mjs';

const [program, folder, path = '/'] = process.argv.slice(2);
const types = {html: 'text/html', js: 'text/javascript', css: 'text/css', json: 'application/json', svg: 'image/svg+xml', wasm: 'application/wasm'};
const packed = new Map();
const server = createServer((request, response) => {
  let file = folder + decodeURIComponent(new URL(request.url, 'http://x').pathname);
  if (existsSync(file) && statSync(file).isDirectory()) file += '/index.html';
  if (!existsSync(file)) { response.writeHead(404); response.end(); return; }
  if (!packed.has(file)) packed.set(file, gzipSync(readFileSync(file)));
  response.writeHead(200, {'content-type': types[file.split('.').pop()] || 'application/octet-stream', 'content-encoding': 'gzip', 'content-length': packed.get(file).length});
  response.end(packed.get(file));
});
await new Promise(done => server.listen(0, '127.0.0.1', done));

const browser = await Browser.start(program);
const page = await browser.page();
await page.send('Emulation.setCPUThrottlingRate', {rate: 4});
await page.send('Network.setCacheDisabled', {cacheDisabled: true});
await page.send('Network.emulateNetworkConditions', {offline: false, latency: 40, downloadThroughput: 10e6 / 8, uploadThroughput: 5e6 / 8});
await page.send('Page.addScriptToEvaluateOnNewDocument', {source: `window.tasks = [];
  new PerformanceObserver(list => list.getEntries().forEach(e => tasks.push(Math.round(e.startTime + e.duration)))).observe({type: 'longtask', buffered: true});`});
const times = [], seen = [];
for (let run = 0; run < 3; ++run) {
  let bytes = 0, data = 0;
  const sizes = new Map();
  page.hear = (hear => function (method, params) {
    if (method === 'Network.loadingFinished') bytes += params.encodedDataLength;
    if (method === 'Network.responseReceived') sizes.set(params.requestId, params.response.url);
    if (method === 'Network.loadingFinished' && /\.(parquet|arrow)$|\.html$|\/$|__data\.json|\/api\//.test(sizes.get(params.requestId) || '')) data += params.encodedDataLength;
    hear.call(this, method, params);
  })(Object.getPrototypeOf(page).hear);
  await page.open(`http://127.0.0.1:${server.address().port}${path}`, {width: 1280, height: 900});
  await page.ask('new Promise(done => setTimeout(done, 2500))');
  const {paint, tasks, ready} = await page.ask(`({paint: performance.getEntriesByName('first-contentful-paint')[0]?.startTime || 0, tasks, ready: performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd})`);
  times.push(Math.max(paint, ready, ...tasks));
  seen.push([Math.round(bytes / 1024), Math.round((bytes - data) / 1024), Math.round(paint)]);
}
const middle = list => [...list].sort((a, b) => a - b)[1];
console.log(`interactive ${Math.round(middle(times))} ms, first paint ${middle(seen.map(s => s[2]))} ms, ${middle(seen.map(s => s[0]))} KB in all, ${middle(seen.map(s => s[1]))} KB without pages and data`);
await browser.stop();
server.close();
