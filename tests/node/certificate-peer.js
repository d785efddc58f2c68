'use strict';
// Certificates as Node (OpenSSL) reads and verifies them.

const { X509Certificate } = require('node:crypto');
const { serve } = require('./lines.js');

serve({
  // What a certificate says, and whether the issuer's key verifies it.
  inspect: ({ pem, issuerPem, host }) => {
    const certificate = new X509Certificate(pem);
    const issuer = new X509Certificate(issuerPem);
    return {
      subject: certificate.subject,
      issuer: certificate.issuer,
      names: certificate.subjectAltName ?? null,
      isAuthority: certificate.ca,
      purposes: certificate.keyUsage ?? [],
      serial: certificate.serialNumber,
      keyType: certificate.publicKey.asymmetricKeyType,
      verified: certificate.verify(issuer.publicKey),
      issued: certificate.checkIssued(issuer),
      hostMatches: host ? certificate.checkHost(host) !== undefined : null,
    };
  },
});
