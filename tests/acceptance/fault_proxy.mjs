// A proxy before an S3 server that spoils some uploads: node fault_proxy.mjs TARGET_PORT EVERY_N
// Of every EVERY_N uploads one fails; in turn before the server sees it (503), and after it took it (no answer).
// It prints "listening on PORT", and the counts when it ends by SIGTERM.
import http from 'node:http';
const target = Number(process.argv[2]), every = Number(process.argv[3]);
let uploads = 0, refused = 0, cut = 0;
const agent = new http.Agent({ keepAlive: true });
const server = http.createServer((request, response) => {
  const spoil = request.method === 'PUT' && ++uploads % every === 0;
  if (spoil && (refused + cut) % 2 === 0) {
    refused += 1;
    request.resume();
    request.on('end', () => {
      response.writeHead(503, { 'Content-Type': 'application/xml' });
      response.end('<Error><Code>SlowDown</Code><Message>a fault on purpose</Message></Error>');
    });
    return;
  }
  const onward = http.request({ host: '127.0.0.1', port: target, method: request.method, path: request.url,
    headers: request.headers, agent }, (answer) => {
    if (spoil) {
      cut += 1;
      answer.resume();
      answer.on('end', () => response.destroy());
      return;
    }
    response.writeHead(answer.statusCode, answer.headers);
    answer.pipe(response);
  });
  onward.on('error', () => response.destroy());
  request.pipe(onward);
});
server.listen(0, '127.0.0.1', () => console.log(`listening on ${server.address().port}`));
process.on('SIGTERM', () => {
  console.log(`uploads ${uploads} refused ${refused} cut ${cut}`);
  process.exit(0);
});
