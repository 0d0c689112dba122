import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';

// Workers and the processes that tests start inherit it: what they load is compiled and stripped of types once.
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL('node_modules/.cache/compiled', import.meta.url));

export default {
  runtime: '<rootDir>/test/plain-runtime.cjs',
  testEnvironment: '<rootDir>/test/plain-environment.cjs',
  testSequencer: '<rootDir>/test/slow-first-sequencer.cjs',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  // They need programs that `npm run receivers` builds: `npm run test:receivers`.
  testPathIgnorePatterns: ['<rootDir>/test/receivers/'],
  extensionsToTreatAsEsm: ['.ts'],
  // Node strips types, as in production.
  transform: {},
  reporters: ['default', '<rootDir>/test/plain-summary-reporter.cjs'],
  coverageProvider: 'v8',
  coveragePathIgnorePatterns: ['/node_modules/', '/test/'],
  testTimeout: 300_000,
  // Jest leaves one core to itself: on two it would run all in one process, which grows with every file. Three, since many tests wait.
  maxWorkers: Math.max(3, availableParallelism() - 1),
  workerIdleMemoryLimit: '700MB',
};
