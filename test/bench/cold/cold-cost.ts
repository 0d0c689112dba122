import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { median } from '../median.ts';
import type { Figure } from '../micro/figure.ts';
import type { ColdAnswer, ColdVariant } from './cold-page.ts';

const PROGRAM = fileURLToPath(new URL('./cold-page.ts', import.meta.url));
const run = promisify(execFile);

/** What a page costs more than without telemetry, against what stock instrumentation-http adds to it; a process per variant and pass. */
export async function measureColdPage(passes: number): Promise<readonly Figure[]> {
  const micros: Record<ColdVariant, number[]> = { bare: [], stock: [], ours: [] };
  for (let pass = 0; pass < passes; pass++) {
    for (const variant of ['bare', 'stock', 'ours'] as const) {
      const { stdout } = await run(process.execPath, ['--no-warnings', PROGRAM, variant]);
      const { requestMicros, settledMicros } = JSON.parse(stdout) as ColdAnswer;
      micros[variant].push(requestMicros + settledMicros);
    }
  }
  const bare = median(micros.bare);
  const stock = median(micros.stock) - bare;
  const ours = median(micros.ours) - bare;
  return [
    {
      what: 'a page on one thread, caches cleared: stock http adds',
      value: stock,
      unit: 'µs',
      target: Infinity,
    },
    {
      what: 'a page on one thread, caches cleared: ours adds',
      value: ours,
      unit: 'µs',
      target: 0.66 * stock,
    },
    { what: 'the same as a ratio', value: ours / stock, unit: 'of stock http', target: 0.66 },
  ];
}
