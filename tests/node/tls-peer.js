'use strict';
// A TLS peer in both roles. Requests { op, id, ... } are answered at once; what happens on a connection is reported as events
// "<id>.<what>": listening, secure, end, error, close, sent. Every connection counts and hashes what it receives.

const crypto = require('node:crypto');
const net = require('node:net');
const tls = require('node:tls');
const { emit, serve } = require('./lines.js');

const connections = new Map();

function describe(error) {
  const alert = /alert number (\d+)/.exec(error.message);
  return { code: error.code ?? '', message: error.message, alert: alert === null ? -1 : Number(alert[1]) };
}

// Base64, or nothing.
function bytes(text) {
  return text == null ? undefined : Buffer.from(text, 'base64');
}

// What a behaviour may say: echo, send (bytes to send once secure), pause (do not read).
function create(id, behaviour) {
  const connection = { id, behaviour, received: 0, hash: crypto.createHash('sha256'), keylog: [], sessions: [], socket: null };
  connections.set(id, connection);
  return connection;
}

function attach(connection, socket) {
  const { id, behaviour } = connection;
  connection.socket = socket;
  socket.on('error', (error) => emit(`${id}.error`, describe(error)));
  socket.on('close', () => emit(`${id}.close`, { received: connection.received }));
  socket.on('end', () => {
    emit(`${id}.end`, { received: connection.received, sha256: connection.hash.copy().digest('hex') });
    if (behaviour.echo) socket.end();
  });
  if (behaviour.pause) return;
  socket.on('data', (data) => {
    connection.received += data.length;
    connection.hash.update(data);
    if (behaviour.echo && !socket.write(data)) {
      socket.pause();
      socket.once('drain', () => socket.resume());
    }
  });
}

function reportSecure({ id, behaviour }, socket) {
  emit(`${id}.secure`, {
    protocol: socket.getProtocol(),
    cipher: socket.getCipher().standardName,
    group: socket.getEphemeralKeyInfo()?.name ?? '',
    alpn: socket.alpnProtocol || '',
    servername: socket.servername || '',
    authorized: socket.authorized,
    resumed: socket.isSessionReused(),
    peer: socket.getPeerCertificate()?.subject?.CN ?? '',
    exporter: socket.exportKeyingMaterial(48, 'EXPORTER-hybridtls-test', Buffer.from('context')).toString('hex'),
    binding: socket.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0)).toString('hex'),
  });
  if (behaviour.send) send(id, socket, behaviour.send);
}

// Sends that many bytes, in which every block differs, and reports their hash.
function send(id, socket, size) {
  const hash = crypto.createHash('sha256');
  const pattern = crypto.randomBytes(65536);
  let left = size;
  let count = 0;
  const more = () => {
    while (left > 0) {
      const block = Buffer.from(pattern.subarray(0, Math.min(left, pattern.length)));
      if (block.length >= 4) block.writeUInt32BE(count++);
      left -= block.length;
      hash.update(block);
      if (!socket.write(block) && left > 0) {
        socket.once('drain', more);
        return;
      }
    }
    emit(`${id}.sent`, { sha256: hash.digest('hex') });
  };
  more();
}

serve({
  // Accepts one connection.
  listen: ({ id, options, behaviour }) => {
    const connection = create(id, behaviour);
    const server = tls.createServer({ ...options, ticketKeys: bytes(options.ticketKeys), allowHalfOpen: true });
    server.on('keylog', (line) => connection.keylog.push(line.toString().trimEnd()));
    server.on('tlsClientError', (error) => emit(`${id}.error`, describe(error)));
    server.on('secureConnection', (socket) => {
      attach(connection, socket);
      reportSecure(connection, socket);
    });
    server.on('connection', () => server.close());
    server.listen(0, '127.0.0.1', () => emit(`${id}.listening`, { port: server.address().port }));
    return {};
  },
  connect: ({ id, port, options, behaviour }) => {
    const connection = create(id, behaviour);
    const socket = tls.connect({ host: '127.0.0.1', port, allowHalfOpen: true, ...options, session: bytes(options.session) });
    attach(connection, socket);
    socket.on('session', (session) => connection.sessions.push(session.toString('base64')));
    socket.on('keylog', (line) => connection.keylog.push(line.toString().trimEnd()));
    socket.on('secureConnect', () => reportSecure(connection, socket));
    return {};
  },
  // Speaks no TLS at all.
  plain: ({ id, port, text }) => {
    const connection = create(id, {});
    const socket = net.connect({ host: '127.0.0.1', port });
    attach(connection, socket);
    socket.on('connect', () => socket.write(text));
    return {};
  },
  send: ({ id, size }) => {
    const { socket } = connections.get(id);
    send(id, socket, size);
    return {};
  },
  end: ({ id }) => {
    connections.get(id).socket.end();
    return {};
  },
  // Drops the connection without a close_notify.
  destroy: ({ id }) => {
    const { socket } = connections.get(id);
    (socket._parent ?? socket).destroy();
    return {};
  },
  export: ({ id, label, context, length }) => {
    const { socket } = connections.get(id);
    return { value: socket.exportKeyingMaterial(length, label, Buffer.from(context, 'hex')).toString('hex') };
  },
  info: ({ id }) => {
    const { keylog, received, sessions } = connections.get(id);
    return { keylog, received, sessions };
  },
});
