import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';

const HERE = fileURLToPath(new URL('./', import.meta.url));
/** What `npm test` runs, and what its tests are made of; measuring is what the others are for. */
const OTHERS = /^(?:bench|soak|screenshots|package|release)\//;
const files = readdirSync(HERE, { recursive: true, encoding: 'utf8' })
  .map((name) => name.split(sep).join('/'))
  .filter((name) => name.endsWith('.ts') && !OTHERS.test(name) && name !== 'test-habits.test.ts')
  .map((name) => ({ name, code: readFileSync(join(HERE, name), 'utf8') }));

const filesWith = (pattern: RegExp): readonly string[] =>
  files
    .filter(({ code }) => pattern.test(code))
    .map(({ name }) => name)
    .toSorted();

describe('no test', () => {
  it('is left out of this test', () => expect(files.length).toBeGreaterThan(350));

  it('bounds the time that something took, or its memory', () => {
    expect(filesWith(/= performance\.now\(\)|hrtime|memoryUsage\(\)|cpuUsage\(/)).toEqual([
      // Both compare the time of an input with that of a longer one.
      'fixtures/linear-time.ts',
      // A clock that runs as that of the machine does.
      'integration/faked-clock.ts',
      // It blocks the loop for as long as it is told.
      'integration/planted-stalls.ts',
      // Its program holds its own loop up.
      'integration/stall-ends.test.ts',
      // It holds the loop up, so that a request works instead of waiting.
      'otel/instrumentation/http-loop-idle.test.ts',
      // It holds the loop up, to see Node's own measure of that.
      'otel/instrumentation/runtime.test.ts',
      'src/http/long-requests.test.ts',
    ]);
  });

  it('uses random numbers without a seed', () => {
    // fast-check has its seed from fixtures/properties.ts, by lint.
    expect(filesWith(/\bMath\.random\(|\brandom(?:Bytes|Int|FillSync)\(/)).toEqual([
      // The bytes of a file that is only sent and compared.
      'integration/static-files.test.ts',
    ]);
  });

  it('has a time limit of its own: what is enough here is not on a slower machine', () => {
    expect(filesWith(/^\s*\}, ?\d[\d_]{4,}\);|\},\n\s*[\d_]{5,},\n\s*\);|setTimeout\([\d_]+\);/m)).toEqual(
      [],
    );
  });

  it('makes a temporary folder that it has to remove', () => {
    expect(filesWith(/\bmkdtemp/)).toEqual([
      // `npm run screenshots` runs it too, without the hooks of tests.
      'fixtures/demo-server.ts',
      'fixtures/temporary-folder.ts',
      // A program that builds; its folder becomes what it has built.
      'receivers/build.ts',
    ]);
  });

  it('sleeps', () => {
    expect(filesWith(/setTimeout\((?:resolve|done)\b|\bsleep\(|timers\/promises'[^;]*setTimeout/)).toEqual([
      // The timers are what is asked about: requests that overtake each other.
      'otel/instrumentation/context-manager.test.ts',
      'otel/instrumentation/http-server-spans.test.ts',
      'otel/instrumentation/runtime.test.ts',
    ]);
  });
});
