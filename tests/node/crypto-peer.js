'use strict';
// ML-KEM-768 and ML-DSA-65 as Node (OpenSSL) computes them, in batches. Bytes travel in base64.

const crypto = require('node:crypto');
const { serve } = require('./lines.js');

const bytes = (text) => Buffer.from(text, 'base64');
const text = (buffer) => buffer.toString('base64');

const types = {
  'ml-kem-768': { algorithm: '300b0609608648016503040402', seedSize: 64 },
  'ml-dsa-65': { algorithm: '300b0609608648016503040312', seedSize: 32 },
};

// A private key from its seed, through the seed form of PKCS#8 (every length here is below 128).
function fromSeed(type, seed) {
  const choice = Buffer.concat([Buffer.from([0x80, types[type].seedSize]), seed]);
  const content = Buffer.concat([
    Buffer.from('020100' + types[type].algorithm, 'hex'), Buffer.from([0x04, choice.length]), choice,
  ]);
  return crypto.createPrivateKey({
    key: Buffer.concat([Buffer.from([0x30, content.length]), content]), format: 'der', type: 'pkcs8',
  });
}

// A public key from its SubjectPublicKeyInfo.
const fromSpki = (spki) => crypto.createPublicKey({ key: bytes(spki), format: 'der', type: 'spki' });

// What sign and verify take beside the message: the empty context is the default, which some calls spell differently.
const withContext = (key, context) => (context ? { key, context: bytes(context) } : key);

serve({
  // Public keys of private seeds.
  derive: ({ type, seeds }) => ({
    publicKeys: seeds.map((seed) =>
      text(crypto.createPublicKey(fromSeed(type, bytes(seed))).export({ format: 'der', type: 'spki' }))),
  }),

  encapsulate: ({ publicKeys }) => {
    const results = publicKeys.map((key) => crypto.encapsulate(fromSpki(key)));
    return {
      ciphertexts: results.map((result) => text(result.ciphertext)),
      secrets: results.map((result) => text(result.sharedKey)),
    };
  },

  decapsulate: ({ seeds, ciphertexts }) => ({
    secrets: seeds.map((seed, i) => text(crypto.decapsulate(fromSeed('ml-kem-768', bytes(seed)), bytes(ciphertexts[i])))),
  }),

  sign: ({ seeds, messages, contexts }) => ({
    signatures: seeds.map((seed, i) =>
      text(crypto.sign(null, bytes(messages[i]), withContext(fromSeed('ml-dsa-65', bytes(seed)), contexts[i])))),
  }),

  verify: ({ publicKeys, messages, contexts, signatures }) => ({
    results: publicKeys.map((key, i) =>
      crypto.verify(null, bytes(messages[i]), withContext(fromSpki(key), contexts[i]), bytes(signatures[i]))),
  }),

  // A new key in every form that Node writes.
  generate: ({ type, passphrase }) => {
    const { publicKey, privateKey } = crypto.generateKeyPairSync(type);
    const encrypted = (format, cipher) => privateKey.export({ format, type: 'pkcs8', cipher, passphrase });
    return {
      seed: text(privateKey.export({ format: 'raw-seed' })),
      publicKey: text(publicKey.export({ format: 'raw-public' })),
      spki: text(publicKey.export({ format: 'der', type: 'spki' })),
      spkiPem: publicKey.export({ format: 'pem', type: 'spki' }),
      pkcs8: text(privateKey.export({ format: 'der', type: 'pkcs8' })),
      pkcs8Pem: privateKey.export({ format: 'pem', type: 'pkcs8' }),
      encrypted: ['aes-128-cbc', 'aes-192-cbc', 'aes-256-cbc', 'des-ede3-cbc'].map((cipher) => text(encrypted('der', cipher))),
      encryptedPem: encrypted('pem', 'aes-256-cbc'),
    };
  },

  // Reads keys that others wrote; a key that is refused is null.
  import: ({ keys }) => ({
    keys: keys.map(({ der, pem, passphrase, isPublic }) => {
      const options = pem ? { key: pem, passphrase } : { key: bytes(der), format: 'der', type: isPublic ? 'spki' : 'pkcs8', passphrase };
      let key;
      try {
        key = isPublic ? crypto.createPublicKey(options) : crypto.createPrivateKey(options);
      } catch {
        return null;
      }
      const publicKey = isPublic ? key : crypto.createPublicKey(key);
      return { type: key.asymmetricKeyType, spki: text(publicKey.export({ format: 'der', type: 'spki' })) };
    }),
  }),

  // Uses a private key that others wrote, in whatever form.
  use: ({ der, ciphertext, message }) => {
    const key = crypto.createPrivateKey({ key: bytes(der), format: 'der', type: 'pkcs8' });
    return ciphertext
      ? { secret: text(crypto.decapsulate(key, bytes(ciphertext))) }
      : { signature: text(crypto.sign(null, bytes(message), key)) };
  },
});
