'use strict';
// The peer that tests the tests' own support: echoes, reports its arguments, fails on demand.

const { emit, serve } = require('./lines.js');

emit('started', { arguments: process.argv.slice(2), openssl: process.versions.openssl });
serve({
  echo: ({ value }) => ({ value }),
  report: ({ name }) => {
    emit(name);
    return {};
  },
  fail: ({ message }) => {
    throw new Error(message);
  },
  crash: ({ message }) => {
    console.error(message);
    process.exit(3);
  },
  stall: () => {
    while (true);
  },
});
