import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { readArguments } from '../process/run-command.ts';
import { watchParent } from '../process/parent-watch.ts';
import { RandomSource } from './random-source.ts';
import { visit } from './demo-traffic.ts';

const USAGE = `Usage: npm run demo

Runs a temporary blog with visitors, and prints a link that is signed in. It takes no options; settings are in the environment.
`;
if (readArguments({ usage: USAGE }) === undefined) process.exit();

/** The demo: the server is a separate process, this one generates visitors. All data is removed at the end. */
const folder = mkdtempSync(join(tmpdir(), 'glasshouse-demo-'));
const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const stop = new AbortController();
const server = fork(path('./serve.ts'), {
  execArgv: [
    '--disable-warning=ExperimentalWarning',
    '-r',
    path('../require-node.cjs'),
    '--import',
    path('../../otel/register.ts'),
  ],
  env: {
    METRICS_SLOW_QUERY_THRESHOLD: '0.1',
    METRICS_MEMORY_INTERVAL: '5',
    ...process.env,
    DATA_DIR: folder,
  },
  stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
});
// Log lines are shown in the waterfalls; set LOG_LEVEL to print them too.
const wantsLog = 'LOG_LEVEL' in process.env;
for (const [from, to] of [
  [server.stdout!, process.stdout],
  [server.stderr!, process.stderr],
] as const) {
  createInterface({ input: from }).on('line', (line) => {
    if (wantsLog || !line.startsWith('{')) to.write(`${line}\n`);
  });
}
process.on('SIGINT', () => server.kill('SIGTERM'));
process.on('SIGTERM', () => server.kill('SIGTERM'));
// For npm being killed alone.
watchParent().onGone(() => server.kill('SIGTERM'));
server.on('exit', (code) => {
  stop.abort();
  rmSync(folder, { recursive: true, force: true });
  process.exitCode = code ?? 1;
});

const [{ address, signIn }] = (await once(server, 'message', { signal: stop.signal }).catch(() =>
  process.exit(),
)) as [{ address: string; signIn: string }];
process.stdout.write(
  `Signed in as its owner: ${signIn}\nThe demo generates visitors. Ctrl+C ends it and removes its data.\n`,
);
await visit({ address, random: new RandomSource(2), signal: stop.signal, perSecond: 8, atOnce: 400 });
