import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';

const run = promisify(execFile);
const PROGRAM = fileURLToPath(new URL('../../fixtures/http-pipelined.ts', import.meta.url));

describe('requests behind one whose client left', () => {
  it.each(['own', 'stock'])(
    'are counted once each, and nobody was sent anything, in mode %s',
    async (mode) => {
      const { stdout } = await run(process.execPath, ['--disable-warning=ExperimentalWarning', PROGRAM], {
        env: { ...process.env, NODE_OPTIONS: '', PROGRAM: mode },
      });
      const { started, spans, faults } = JSON.parse(stdout);
      expect(faults).toEqual([]);
      expect(started).toBe(5);
      const ended = (spans as { path: string }[]).toSorted((a, b) => (a.path < b.path ? -1 : 1));
      expect(ended).toEqual(
        ['/end', '/head', '/nothing', '/stream', '/wait'].map((path) => ({ path, outcome: 'aborted' })),
      );
    },
  );
});
