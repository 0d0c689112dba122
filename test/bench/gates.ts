import type { ColdCosts } from './cold/cold-cost.ts';
import type { ColdAnswer, ColdVariant } from './cold/cold-variants.ts';
import type { CostTable } from './cost-table.ts';
import { type Interval, meanInterval, ratioInterval, spreadShare } from './interval.ts';
import type { Load } from './request-cost.ts';
import type { VariantKey } from './variants.ts';

/** Something promised, and what was measured of it. */
export interface Gate {
  readonly what: string;
  readonly measured: Interval;
  readonly atLeast?: number;
  readonly atMost: number;
}

export type Verdict = 'met' | 'not met' | 'cannot be told';

/** By the interval: a mean below the bound may be luck. */
export function verdictOf({ measured: { low, high }, atLeast = -Infinity, atMost }: Gate): Verdict {
  if (low >= atLeast && high <= atMost) return 'met';
  return low > atMost || high < atLeast ? 'not met' : 'cannot be told';
}

const MAX_OF_STOCK_HTTP = 0.66;
const MAX_OF_STOCK_FULL = 0.5;
const MAX_RATE_0 = 0.35;
const MAX_HISTORY_SHARE = 0.2;
const MAX_BLOCK_MILLIS = 3;
const MAX_COLD_TIME = 0.55;
const MAX_COLD_BYTES = 0.9;
const MAX_ACCOUNT_ERROR = 0.2;
const MAX_BYTES_SPREAD = 0.03;

export function requestGates(costs: CostTable): readonly Gate[] {
  return [
    ...(['saturated', 'paced'] as const).flatMap((load) => loadGates(costs, load)),
    {
      what: 'longest hold of the loop after idling, ms',
      measured: meanInterval(costs.each('ours', ({ longestBlockMillis }) => longestBlockMillis)),
      atMost: MAX_BLOCK_MILLIS,
    },
    ...(['ours', 'stockMode'] as const).flatMap((key) => (costs.has(key) ? accountGates(costs, key) : [])),
    ...spreadGate('bytes per request, ours, paced: spread', costs.values('paced', 'bytes', 'ours')),
  ];
}

function loadGates(costs: CostTable, load: Load): Gate[] {
  const ratio = (key: VariantKey, other: VariantKey): Interval =>
    costs.ratio(load, 'cpuMicros', [key, 'bare'], other);
  const history = (key: VariantKey, memory: VariantKey): Interval =>
    costs.ratio(load, 'cpuMicros', [key, memory], key);
  return [
    gate(`post page, ${load}: ours / stock http`, ratio('ours', 'stockHttp'), MAX_OF_STOCK_HTTP),
    gate(`post page, ${load}: ours / full stock`, ratio('ours', 'stockFull'), MAX_OF_STOCK_FULL),
    gate(`post page, ${load}: ours at rate 0 / stock http`, ratio('ours0', 'stockHttp'), MAX_RATE_0),
    gate(`history / all that telemetry adds, ${load}`, history('ours', 'oursMemory'), MAX_HISTORY_SHARE),
  ];
}

/** What telemetry says that it takes, over what it was measured to add, pauses included. */
function accountGates(costs: CostTable, key: VariantKey): Gate[] {
  return (['saturated', 'paced', 'crowded'] as const).flatMap((load): Gate[] => {
    const { added, own } = costs.whole(load, key);
    if (added.length === 0) return [];
    const what = `own account / measured, ${key === 'ours' ? 'ours' : 'stock mode'}, ${load}`;
    const atLeast = 1 - MAX_ACCOUNT_ERROR;
    return [{ what, measured: ratioInterval(own, added), atLeast, atMost: 1 + MAX_ACCOUNT_ERROR }];
  });
}

export function coldGates(costs: ColdCosts): readonly Gate[] {
  const of = (variant: ColdVariant, base: ColdVariant, what: keyof ColdAnswer): readonly number[] =>
    costs.map((pass) => pass[variant][what] - pass[base][what]);
  const stock = (what: keyof ColdAnswer): readonly number[] => of('stock', 'bare', what);
  const ratio = (variant: ColdVariant, what: keyof ColdAnswer): Interval =>
    ratioInterval(of(variant, 'bare', what), stock(what));
  return [
    gate('cold page, time: ours / stock http', ratio('ours', 'micros'), MAX_COLD_TIME),
    gate('cold page, bytes: ours / stock http', ratio('ours', 'bytes'), MAX_COLD_BYTES),
    gate('cold page, time: ours with history / stock http', ratio('oursHistory', 'micros'), MAX_COLD_TIME),
    gate('cold page, bytes: ours with history / stock http', ratio('oursHistory', 'bytes'), MAX_COLD_BYTES),
    gate(
      'cold page, time: ours at rate 0 with history / stock http',
      ratio('ours0History', 'micros'),
      MAX_RATE_0,
    ),
    ...spreadGate(
      'cold page, bytes, ours: spread',
      costs.map(({ ours }) => ours.bytes),
    ),
  ];
}

function gate(what: string, measured: Interval, atMost: number): Gate {
  return { what, measured, atMost };
}

/** Nothing to compare with in one pass. */
function spreadGate(what: string, values: readonly number[]): Gate[] {
  const value = spreadShare(values);
  return values.length < 2 ? [] : [gate(what, { value, low: value, high: value }, MAX_BYTES_SPREAD)];
}
