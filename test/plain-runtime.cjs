'use strict';
const { registerHooks } = require('node:module');
const { join } = require('node:path');
const { pathToFileURL } = require('node:url');
const Runtime = require('jest-runtime').default;

const TESTS = pathToFileURL(join(__dirname, '/')).href;
const PROJECT = new URL('../', TESTS).href;
const NAMES = 'afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest, test';
const GLOBALS = `data:text/javascript,export const { ${NAMES} } = globalThis[Symbol.for('@jest/globals')];`;
/** How many test files this process has begun: the query of what the present one has of its own. */
let file = 0;
/** What the present one has of its own. */
let own = TESTS;

registerHooks({
  resolve(specifier, context, next) {
    if (specifier === '@jest/globals') return { url: `${GLOBALS}//${file}`, shortCircuit: true };
    const resolved = next(specifier, context);
    return resolved.url.startsWith(own) && resolved.url.endsWith('.ts')
      ? { ...resolved, url: `${resolved.url}?file=${file}` }
      : resolved;
  },
});

/**
 * Runs test files as plain modules of Node. Jest's own runtime links every module anew for each file, in a context of its own; here the
 * code under test is loaded and optimized once per worker. A file has its own instance of what is below `test/`, and of all of the
 * project if it begins with `@jest-environment-options {"ownModules":true}`.
 */
module.exports = class PlainRuntime extends Runtime {
  constructor(config, environment, ...others) {
    super(config, environment, ...others);
    file += 1;
    own = environment.hasOwnModules ? PROJECT : TESTS;
  }
  /** Jest's runner of tests, which has the state of one file. */
  requireInternalModule(path) {
    delete require.cache[path];
    return require(path);
  }
  setGlobalsForRuntime(globals) {
    const jest = this.jestGlobals.jestObjectFor(this._testPath);
    globalThis[Symbol.for('@jest/globals')] = { ...globals, jest };
  }
  unstable_shouldLoadAsEsm() {
    return true;
  }
  unstable_importModule(path) {
    return import(pathToFileURL(path));
  }
  /** Node's own gives the same modules. */
  installGetBuiltinModule() {}
};
