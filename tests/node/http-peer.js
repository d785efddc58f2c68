'use strict';
// Node's https and http2 modules, as clients and as a server. Requests { op, ... } are answered in their order.

const crypto = require('node:crypto');
const http2 = require('node:http2');
const https = require('node:https');
const net = require('node:net');
const tls = require('node:tls');
const { send, receive } = require('./lines.js');

const sha256 = (data) => crypto.createHash('sha256').update(data).digest('hex');

function collect(stream) {
  return new Promise((resolve, reject) => {
    const chunks = [];
    stream.on('data', (chunk) => chunks.push(chunk)).on('end', () => resolve(Buffer.concat(chunks))).on('error', reject);
  });
}

// One request with the https module. What the request names: port, ca, cert, key (PEM), path, body (bytes to send), agent.
function fetch({ port, ca, cert, key, path = '/connection', servername }, { agent = false, body } = {}) {
  return new Promise((resolve, reject) => {
    const request = https.request(
      { host: '127.0.0.1', port, path, ca, cert, key, agent, servername: servername ?? 'localhost', method: body ? 'POST' : 'GET' },
      async (response) => {
        const { socket } = response; // Gone from the response once an agent took it back.
        const [group, protocol, authorized] = [socket.getEphemeralKeyInfo()?.name ?? '', socket.getProtocol(), socket.authorized];
        try {
          resolve({
            status: response.statusCode,
            body: (await collect(response)).toString(),
            group,
            protocol,
            authorized,
            reused: request.reusedSocket,
          });
        } catch (error) {
          reject(error);
        }
      });
    request.on('error', reject);
    request.end(body);
  });
}

function connect2({ port, ca }) {
  return http2.connect(`https://localhost:${port}`, { ca, host: '127.0.0.1' });
}

async function fetch2(session, headers, body) {
  const stream = session.request(headers, { endStream: !body });
  const status = new Promise((resolve, reject) => {
    stream.on('response', (received) => resolve(received[':status'])).on('error', reject);
  });
  if (body) stream.end(body);
  const [code, data] = await Promise.all([status, collect(stream)]);
  return { status: code, body: data.toString() };
}

function closed(emitter) {
  return new Promise((resolve) => emitter.on('close', resolve));
}

// Ways to vanish without a word.
const vanishings = {
  'before the ClientHello': async ({ port }) => {
    const socket = net.connect(port, '127.0.0.1');
    socket.on('connect', () => socket.resetAndDestroy()).on('error', () => {});
    await closed(socket);
  },
  'in the middle of the ClientHello': async ({ port }) => {
    const socket = net.connect(port, '127.0.0.1');
    socket.on('connect', () => socket.write(Buffer.from('1603010600010005fc0303', 'hex'), () => socket.destroy())).on('error', () => {});
    await closed(socket);
  },
  'in the middle of the server\'s flight': async ({ port, ca }) => {
    const socket = tls.connect({ port, host: '127.0.0.1', ca, servername: 'localhost' });
    socket.once('keylog', () => socket.destroy()).on('error', () => {});
    await closed(socket);
  },
  'once secure': async ({ port, ca }) => {
    const socket = tls.connect({ port, host: '127.0.0.1', ca, servername: 'localhost' });
    socket.on('secureConnect', () => socket.destroy()).on('error', () => {});
    await closed(socket);
  },
  'in the middle of an upload': async ({ port, ca, path = '/checksum' }) => {
    const socket = tls.connect({ port, host: '127.0.0.1', ca, servername: 'localhost' });
    socket.on('secureConnect', () => {
      socket.write('POST ' + path + ' HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n');
      socket.write(Buffer.alloc(300000), () => socket.destroy());
    }).on('error', () => {});
    await closed(socket);
  },
  'in the middle of a download': async ({ port, ca }) => {
    const socket = tls.connect({ port, host: '127.0.0.1', ca, servername: 'localhost' });
    socket.on('secureConnect', () => socket.write('GET /download HTTP/1.1\r\nHost: localhost\r\n\r\n'))
      .once('data', () => socket.destroy()).on('error', () => {});
    await closed(socket);
  },
  'in the middle of HTTP/2 streams': async ({ port, ca }) => {
    const socket = tls.connect({ port, host: '127.0.0.1', ca, servername: 'localhost', ALPNProtocols: ['h2'] });
    const session = http2.connect('https://localhost', { createConnection: () => socket });
    socket.on('error', () => {});
    session.on('error', () => {});
    for (let i = 0; i < 5; i++) {
      const stream = session.request({ ':path': '/download' });
      stream.on('error', () => {});
      if (i === 4) stream.once('data', () => socket.destroy());
      else stream.resume();
    }
    await closed(socket);
  },
};

let server;

const operations = {
  get: (request) => fetch(request),

  // A POST whose checksum the server tells.
  upload: async (request) => {
    const body = crypto.randomBytes(request.size);
    const answer = await fetch({ path: '/checksum', ...request }, { body });
    return { ...answer, sha256: sha256(body) };
  },

  // Several requests, one after the other, on an agent that keeps connections alive.
  keepAlive: async (request) => {
    const agent = new https.Agent({ keepAlive: true, maxSockets: 1 });
    const answers = [];
    for (let i = 0; i < request.count; i++) answers.push(await fetch(request, { agent }));
    agent.destroy();
    return { answers };
  },

  // Requests at a time on one HTTP/2 session; a # in the path becomes the stream's number.
  streams: async (request) => {
    const session = connect2(request);
    const answers = await Promise.all(Array.from(
      { length: request.count }, (_, i) => fetch2(session, { ':path': (request.path ?? '/connection').replace('#', i) })));
    const { socket } = session;
    const result = { answers, alpn: session.alpnProtocol, group: socket.getEphemeralKeyInfo().name, authorized: socket.authorized };
    session.close();
    await closed(session);
    return result;
  },

  upload2: async (request) => {
    const body = crypto.randomBytes(request.size);
    const session = connect2(request);
    const answer = await fetch2(session, { ':method': 'POST', ':path': request.path ?? '/checksum' }, body);
    session.close();
    return { ...answer, sha256: sha256(body) };
  },

  vanish: async (request) => {
    const ways = request.way ? [request.way] : Object.keys(vanishings);
    await Promise.all(Array.from({ length: request.count }, (_, i) => vanishings[ways[i % ways.length]](request)));
    return { ways };
  },

  // A server that answers with the length and checksum of what it got.
  listen: async ({ cert, key, ca }) => {
    server = https.createServer({ cert, key, ca, requestCert: Boolean(ca), minVersion: 'TLSv1.3' }, async (request, response) => {
      const body = await collect(request);
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({
        method: request.method,
        url: request.url,
        host: request.headers.host,
        cipher: request.socket.getCipher().standardName,
        size: body.length,
        sha256: sha256(body),
        port: request.socket.remotePort,
        client: request.socket.getPeerCertificate()?.subject?.CN ?? '',
        authorized: request.socket.authorized,
      }));
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    return { port: server.address().port };
  },
};

let last = Promise.resolve();
receive((request) => {
  const answer = operations[request.op](request)
    .catch((error) => ({ failure: error.code ?? '', message: error.message, alert: Number(/alert number (\d+)/.exec(error.message)?.[1] ?? -1) }));
  last = Promise.all([last, answer]).then(([, ready]) => send(ready));
});
