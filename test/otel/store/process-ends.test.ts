import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { systemClock } from '../../../otel/base/clock.ts';
import { ProcessRuns } from '../../../otel/store/process-runs.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';
import { traceIdOf } from './kept-span-fixture.ts';
import { openHistoryFile } from './history-fixture.ts';

const PROGRAM = fileURLToPath(new URL('./ending-program.ts', import.meta.url));

it('how real processes ended is in the ledger of downtime, with their times', () => {
  const path = join(temporaryFolder(), 'history.sqlite');
  const ledger = [
    'stop',
    'throw',
    'throw what is no text',
    'reject',
    'exit',
    'exit in peace',
    'kill',
    'abort',
  ].map((end, at) => {
    const fromMillis = Date.now();
    const { status, signal } = spawnSync(process.execPath, [PROGRAM, path, end, String(at * 100)]);
    const toMillis = Date.now();
    const file = openHistoryFile(path);
    const traces = Array.from({ length: 100 }, (_, i) => traceIdOf(at * 100 + i));
    const saved = traces.filter((id) => file.traces.get(id) !== undefined).length;
    file.close();
    return { end, status, signal, fromMillis, toMillis, saved };
  });
  expect(ledger.map(({ status, signal }) => status ?? signal)).toEqual([
    0,
    1,
    1,
    1,
    3,
    0,
    'SIGKILL',
    'SIGABRT',
  ]);
  // Who ends by itself writes what is pending.
  expect(ledger.map(({ saved }) => saved)).toEqual([100, 100, 100, 100, 100, 100, 0, 0]);
  const runs = new ProcessRuns({ clock: systemClock, pid: 0, startedMillis: Date.now() });
  runs.restore(openHistoryFile(path));
  const { rows } = runs.downtime();
  expect(rows.map(({ ended, reason }) => [ended, reason])).toEqual([
    ['stopped', undefined],
    ['crashed', 'TypeError: planted'],
    ['crashed', 'exit code 1'],
    ['crashed', 'RangeError: planted later, password=REDACTED'],
    ['crashed', 'exit code 3'],
    ['stopped', undefined],
    ['killed', undefined],
    ['killed', undefined],
  ]);
  // Right after the last of them, too.
  expect(
    runs
      .processes()
      .slice(0, -1)
      .map(({ ended }) => ended),
  ).toEqual(rows.map(({ ended }) => ended));
  expect(rows[1]!.stack).toMatch(/^TypeError: planted\n    at .*ending-program\.ts:\d+/);
  expect([rows[2]!.stack, rows[3]!.stack?.split('\n')[0]]).toEqual([
    undefined,
    'RangeError: planted later, password=REDACTED',
  ]);
  rows.forEach(({ fromMillis, toMillis }, at) => {
    expect(fromMillis).toBeGreaterThanOrEqual(ledger[at]!.fromMillis - 50);
    expect(fromMillis).toBeLessThanOrEqual(ledger[at]!.toMillis + 50);
    expect(toMillis).toBeGreaterThanOrEqual(ledger[at]!.toMillis - 50);
  });
});
