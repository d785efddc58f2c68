'use strict';
// Lines of JSON on standard input and output: what every script here speaks with the tests (see HybridTls.Testing/NodePeer.cs).

const readline = require('node:readline');

// Writes one line.
function send(message) {
  process.stdout.write(JSON.stringify(message) + '\n');
}

// Reports an event: { event: name, ...details }.
function emit(name, details = {}) {
  send({ event: name, ...details });
}

// Calls handle(message) for every line of input. The process ends with its input, so that none outlives the tests.
function receive(handle) {
  readline.createInterface({ input: process.stdin, crlfDelay: Infinity })
    .on('line', (line) => handle(JSON.parse(line)))
    .on('close', () => process.exit(0));
}

// Answers requests { op, ... } in their order with what operations[op](request) returns, or with { error }.
function serve(operations) {
  receive((request) => {
    let answer;
    try {
      answer = operations[request.op](request);
    } catch (error) {
      answer = { error: `${error.code ?? ''} ${error.stack}` };
    }
    send(answer);
  });
}

module.exports = { send, emit, receive, serve };
