'use strict';
// Writes keys, encapsulations and signatures as this Node makes them, for tests on machines without Node:
//   node tests/node/make-vectors.js > tests/HybridTls.Cryptography.Tests/Interop/node-vectors.json

const crypto = require('node:crypto');

const passphrase = 'pässwörd';
const text = (buffer) => buffer.toString('base64');

function key(type) {
  const { publicKey, privateKey } = crypto.generateKeyPairSync(type);
  const encrypted = (cipher) => privateKey.export({ format: 'pem', type: 'pkcs8', cipher, passphrase });
  return {
    publicKey,
    privateKey,
    forms: {
      seed: text(privateKey.export({ format: 'raw-seed' })),
      publicPem: publicKey.export({ format: 'pem', type: 'spki' }),
      privatePem: privateKey.export({ format: 'pem', type: 'pkcs8' }),
      encryptedPems: ['aes-128-cbc', 'aes-192-cbc', 'aes-256-cbc', 'des-ede3-cbc'].map(encrypted),
    },
  };
}

const kem = key('ml-kem-768');
const encapsulations = Array.from({ length: 3 }, () => {
  const { ciphertext, sharedKey } = crypto.encapsulate(kem.publicKey);
  return { ciphertext, secret: sharedKey };
});
// A ciphertext that is implicitly rejected.
const damaged = Buffer.from(encapsulations[0].ciphertext);
damaged[500] ^= 0x10;
encapsulations.push({ ciphertext: damaged, secret: crypto.decapsulate(kem.privateKey, damaged) });

const dsa = key('ml-dsa-65');
const signatures = [[0, 0], [33, 0], [200, 255]].map(([messageSize, contextSize]) => {
  const message = crypto.randomBytes(messageSize);
  const context = crypto.randomBytes(contextSize);
  const signature = crypto.sign(null, message, contextSize ? { key: dsa.privateKey, context } : dsa.privateKey);
  return { message: text(message), context: text(context), signature: text(signature) };
});

console.log(JSON.stringify({
  madeBy: `Node ${process.versions.node}, OpenSSL ${process.versions.openssl}`,
  passphrase,
  mlkem768: {
    ...kem.forms,
    encapsulations: encapsulations.map(({ ciphertext, secret }) => ({ ciphertext: text(ciphertext), secret: text(secret) })),
  },
  mldsa65: { ...dsa.forms, signatures },
}, null, 2));
