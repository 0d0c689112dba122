import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { findReceiver } from '../../receivers/find-receiver.ts';
import type { Place } from '../../scaling/scaled-out.ts';
import { measureRate } from './measure-rate.ts';
import { playOutage } from './play-outage.ts';

/*
 * npm run scaling: plays an outage of a gateway with two and three blogs, then measures what a request costs at three rates, both through
 * the configurations of deploy/scaling. Prints the figures of otel/SCALING.md. Linux; needs npm run receivers.
 */
const { values } = parseArgs({
  options: {
    outage: { type: 'string', default: '60' },
    requests: { type: 'string', default: '5000' },
  },
});
const program = findReceiver('otelcol', 'there is nothing to try.');
if (program === undefined) process.exit(1);
const folder = mkdtempSync(join(tmpdir(), 'glasshouse-scaling-'));
/** A folder for each trial. */
const place = (name: string): Place => ({ program, folder: join(folder, name) });
const outageMillis = Number(values.outage) * 1000;
for (const [blogs, signal] of [
  [2, 'SIGKILL'],
  [3, 'SIGKILL'],
  [3, 'SIGTERM'],
] as const) {
  const figures = await playOutage(place(`${signal}-${blogs}`), { blogs, outageMillis, signal });
  process.stdout.write(`${JSON.stringify({ blogs, signal, ...figures }, null, 1)}\n`);
}
for (const rate of [1, 0.1, 0.01]) {
  const figures = await measureRate(place(`rate-${rate}`), { rate, requests: Number(values.requests) });
  process.stdout.write(`${JSON.stringify({ rate, ...figures }, null, 1)}\n`);
}
rmSync(folder, { recursive: true, force: true });
