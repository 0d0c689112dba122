import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { RandomSource } from '../../src/demo/random-source.ts';
import { killDuringImports } from './kill-imports.ts';
import type { KillReport } from './kill-report.ts';
import { killDuringRestores } from './kill-restores.ts';
import { killDuringSaves } from './kill-saves.ts';

const HELP = `npm run kills -- [COUNT] [--seed N]
Kills (kill -9) the blog during saves, and imports and restores: COUNT times (default 30), two thirds during saves. Exit code 1: something
that was acknowledged is lost, or what is left is not whole.
`;
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seed: { type: 'string', default: '1' }, help: { type: 'boolean', short: 'h', default: false } },
});
const count = Number(positionals[0] ?? 30);
if (values.help || !Number.isInteger(count) || count < 1) {
  process.stdout.write(HELP);
  process.exit(values.help ? 0 : 2);
}

const folder = mkdtempSync(join(tmpdir(), 'glasshouse-kills-'));
const few = Math.ceil(count / 6);
const random = new RandomSource(Number(values.seed));
const of = (name: string): string => join(folder, name);
let faults = 0;
async function report(name: string, run: Promise<KillReport>): Promise<void> {
  const { kills, acknowledged, faults: found } = await run;
  faults += found.length;
  process.stdout.write(`${name}: ${kills} kills, ${acknowledged} acknowledged, ${found.length} faults\n`);
  for (const fault of found) process.stdout.write(`  ${fault}\n`);
}
try {
  await report('restores', killDuringRestores({ folder: of('restores'), kills: few, random }));
  await report('imports', killDuringImports({ folder: of('imports'), kills: few, posts: 400, random }));
  await report(
    'saves',
    killDuringSaves({ dataDir: of('saves'), kills: Math.max(1, count - 2 * few), random }),
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = faults === 0 ? 0 : 1;
