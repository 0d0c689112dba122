import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';

// Workers and the processes that tests start inherit it: what they load is compiled and stripped of types once.
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL('node_modules/.cache/compiled', import.meta.url));

export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': '<rootDir>/test/strip-types-transformer.cjs' },
  reporters: ['default', '<rootDir>/test/plain-summary-reporter.cjs'],
  coverageProvider: 'v8',
  coveragePathIgnorePatterns: ['/node_modules/', '/test/'],
  testTimeout: 300_000,
  // Jest would leave one core to itself, and on two cores run all in one process that grows with every file.
  maxWorkers: Math.max(2, availableParallelism()),
  workerIdleMemoryLimit: '700MB',
};
