import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { BARE_ENVIRONMENT } from '../fixtures/bare-environment.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

let folder: string;
beforeAll(() => {
  folder = temporaryFolder();
  writeFileSync(
    join(folder, 'preload.mjs'),
    `import { startTelemetry } from ${JSON.stringify(pathToFileURL(path('../../otel/telemetry.ts')).href)};
     await startTelemetry({ dataDir: process.env.DATA_DIR });`,
  );
});

const off = { enabled: false, history: false, faults: 0 };
const on = { enabled: true, history: expect.any(Boolean), faults: 0 };

/** A cluster worker and a program run by a shell count as separate processes; whatever sets `inherited` here has no folder. */
const WANTED = {
  '': { ...on, history: true },
  worker: off,
  fork: off,
  spawn: off,
  cluster: on,
  'worker worker': off,
  'worker fork': off,
  'fork fork': off,
  'fork worker': off,
  'cluster worker': off,
  'cluster fork': off,
  shell: on,
  'worker asks': { ...on, history: false },
  'fork asks': { ...on, history: false },
};
const FEW = ['', 'worker', 'fork', 'spawn', 'cluster'] as const;

describe('an inherited start', () => {
  it.each([
    { by: 'register.ts', chains: Object.keys(WANTED), args: ['--import', path('../../otel/register.ts')] },
    { by: 'a file of the app', chains: FEW, args: ['--import', './preload.mjs'] },
    { by: 'NODE_OPTIONS', chains: FEW, nodeOptions: '--import ./preload.mjs' },
  ])('is none off the main thread and in children, by $by', async ({ chains, args = [], nodeOptions }) => {
    const { stdout, stderr } = await promisify(execFile)(
      process.execPath,
      [...args, path('./inherited-program.ts')],
      {
        cwd: folder,
        env: {
          ...BARE_ENVIRONMENT,
          CHAINS: chains.join(','),
          DATA_DIR: temporaryFolder(),
          LOG_LEVEL: 'error',
          ...(nodeOptions !== undefined && { NODE_OPTIONS: nodeOptions }),
        },
      },
    );
    expect(stderr.replaceAll(/^.*ExperimentalWarning.*$|^\(Use `node.*$/gm, '').trim()).toBe('');
    const wanted = Object.entries(WANTED).filter(([chain]) => chains.some((each) => each === chain));
    expect(JSON.parse(stdout)).toEqual({ ...Object.fromEntries(wanted), 'fork after shutdown': on });
  });
});
