'use strict';
const { ModernFakeTimers } = require('@jest/fake-timers');
const { ModuleMocker } = require('jest-mock');

/** What fake timers replace. A spy on a fake one that is restored last would bring it back, and the worker's next file would wait for ever. */
const REAL = [
  'setTimeout',
  'clearTimeout',
  'setInterval',
  'clearInterval',
  'setImmediate',
  'clearImmediate',
  'queueMicrotask',
  'Date',
  'performance',
].map((name) => ({ name, real: Object.getOwnPropertyDescriptor(globalThis, name) }));

/** Jest's environment without a context: the globals of the worker, as production has them. What a file left behind goes with it. */
module.exports = class PlainEnvironment {
  fakeTimers = null;
  global = globalThis;
  moduleMocker = new ModuleMocker(globalThis);
  #stackTraceLimit = Error.stackTraceLimit;
  #console = globalThis.console;
  #exit = process.exit;

  constructor({ projectConfig }) {
    this.hasOwnModules = projectConfig.testEnvironmentOptions.ownModules === true;
    this.fakeTimersModern = new ModernFakeTimers({ config: projectConfig, global: globalThis });
  }
  exportConditions() {
    return ['node', 'node-addons'];
  }
  getVmContext() {
    return null;
  }
  setup() {
    // Jest records stacks of 100 frames and maps them to sources, which are what runs here.
    Error.stackTraceLimit = this.#stackTraceLimit;
    delete Error.prepareStackTrace;
  }
  /** Errors name the files of the project by their paths, without the query of `plain-runtime.cjs`. */
  handleTestEvent({ error }) {
    if (typeof error?.stack === 'string')
      Reflect.set(error, 'stack', error.stack.replace(/file:\/\/([^?):]+)(?:\?file=\d+)?/g, '$1'));
  }
  async teardown() {
    this.fakeTimersModern.dispose();
    for (const { name, real } of REAL) Object.defineProperty(globalThis, name, real);
    globalThis.console = this.#console;
    process.exit = this.#exit;
    // Jest's runner has a state for each file.
    for (const symbol of Object.getOwnPropertySymbols(globalThis))
      if (/^(?:EVENT_HANDLERS|JEST_STATE_SYMBOL)$/.test(symbol.description)) delete globalThis[symbol];
    const api = await import('@opentelemetry/api');
    const { context, diag, logs, metrics, propagation, trace } = api;
    for (const part of [context, diag, logs, metrics, propagation, trace]) part.disable();
  }
};
