import { rmSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { FreeBytes } from '../../../src/db/free-bytes.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';
import { until } from '../../fixtures/until.ts';

it('knows the free bytes at once, and asks again after a while without a wait', async () => {
  const folder = temporaryFolder();
  let now = 0;
  const free = new FreeBytes(folder, () => now);
  expect(free.bytes).toBeGreaterThan(0);
  rmSync(folder, { recursive: true });
  now = 4999;
  expect(free.bytes).toBeGreaterThan(0);
  now = 5000;
  // The answer is the known one; the disk is asked meanwhile.
  expect(free.bytes).toBeGreaterThan(0);
  expect(
    await until(
      () => free.bytes,
      (bytes) => bytes === undefined,
    ),
  ).toBeUndefined();
});
