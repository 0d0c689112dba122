import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

describe('a start that is inherited', () => {
  it('is none in worker threads and forks; workers of a cluster and programs that are run start', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'inherited-'));
    try {
      const { stdout, stderr } = await promisify(execFile)(
        process.execPath,
        ['--import', path('../../otel/register.ts'), path('./inherited-program.ts')],
        { cwd: folder, env: { DATA_DIR: folder, LOG_LEVEL: 'error' } },
      );
      expect(stderr.replaceAll(/^.*ExperimentalWarning.*$|^\(Use `node.*$/gm, '').trim()).toBe('');
      const off = { enabled: false, historyBytes: 0, faults: [] };
      expect(JSON.parse(stdout)).toEqual({
        main: { enabled: true, historyBytes: expect.any(Number), faults: [] },
        worker: off,
        forked: off,
        clustered: { enabled: true, historyBytes: expect.any(Number), faults: [] },
        shell: { enabled: true, historyBytes: 0, faults: [] },
      });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
