'use strict';
// An HTTP client and an HTTPS server. Requests { op, id, ... } are answered at once; results are reported as events "<id>.<what>":
// done, error, listening.

const crypto = require('node:crypto');
const http2 = require('node:http2');
const https = require('node:https');
const { emit, serve } = require('./lines.js');

const sha256 = (data) => crypto.createHash('sha256').update(data).digest('hex');

function report(id, work) {
  work().then(
    (result) => emit(`${id}.done`, result),
    (error) => emit(`${id}.error`, { code: error.code ?? '', message: error.message }));
}

// One HTTP/1.1 exchange: the status, and the body as text, or its hash if it is long.
function exchange(options, body) {
  return new Promise((resolve, reject) => {
    const request = https.request(options, (response) => {
      const chunks = [];
      const group = response.socket.getEphemeralKeyInfo?.()?.name ?? '';
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const all = Buffer.concat(chunks);
        resolve({
          status: response.statusCode,
          text: all.length < 1000 ? all.toString() : sha256(all),
          reused: request.reusedSocket,
          group,
        });
      });
    });
    request.on('error', reject);
    request.end(body);
  });
}

// One HTTP/2 stream of a session.
function stream(session, headers, body) {
  return new Promise((resolve, reject) => {
    const request = session.request(headers, { endStream: body === undefined });
    const chunks = [];
    let status = 0;
    request.on('response', (response) => { status = response[':status']; });
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('error', reject);
    request.on('end', () => resolve({ status, text: Buffer.concat(chunks).toString() }));
    if (body !== undefined) request.end(body);
  });
}

serve({
  // `count` requests one after the other over one connection that is kept alive.
  http1: ({ id, port, path = '/', method = 'GET', size = 0, count = 1, options }) => {
    report(id, async () => {
      const agent = new https.Agent({ keepAlive: true, maxSockets: 1 });
      const body = size > 0 ? crypto.randomBytes(size) : undefined;
      const results = [];
      for (let i = 0; i < count; i++) {
        results.push(await exchange({ host: '127.0.0.1', port, path, method, agent, ...options }, body));
      }
      agent.destroy();
      return { results, sha256: body ? sha256(body) : '' };
    });
    return {};
  },
  // `count` streams at a time over one connection.
  http2: ({ id, port, size = 0, count = 1, options }) => {
    report(id, async () => {
      const session = http2.connect(`https://localhost:${port}`, { ...options });
      await new Promise((resolve, reject) => { session.once('connect', resolve); session.once('error', reject); });
      const body = size > 0 ? crypto.randomBytes(size) : undefined;
      const results = await Promise.all(Array.from({ length: count }, (_, i) =>
        stream(session, { ':path': size > 0 ? '/hash' : `/${i}`, ':method': size > 0 ? 'POST' : 'GET' }, body)));
      const { alpnProtocol } = session;
      session.close();
      return { results, alpn: alpnProtocol, sha256: body ? sha256(body) : '' };
    });
    return {};
  },
  // Begins an upload and drops the connection in the middle of it.
  vanish: ({ id, port, options }) => {
    const request = https.request({ host: '127.0.0.1', port, path: '/hash', method: 'POST', headers: { 'content-length': 1000000 }, ...options });
    request.on('error', () => emit(`${id}.done`));
    request.write(Buffer.alloc(100000), () => request.socket.destroy());
    return {};
  },
  // Answers every request with a description of it.
  listen: ({ id, options }) => {
    const server = https.createServer(options, (request, response) => {
      const hash = crypto.createHash('sha256');
      request.on('data', (chunk) => hash.update(chunk));
      request.on('end', () => response.end([
        request.method, request.url, request.headers.host.split(':')[0], request.socket.getCipher().standardName,
        request.socket.getPeerCertificate()?.subject?.CN ?? '', request.socket.remotePort, hash.digest('hex'),
      ].join(' ')));
    });
    server.on('tlsClientError', (error) => emit(`${id}.error`, { code: error.code ?? '', message: error.message }));
    server.listen(0, '127.0.0.1', () => emit(`${id}.listening`, { port: server.address().port }));
    return {};
  },
});
