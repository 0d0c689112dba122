import { availableParallelism, cpus } from 'node:os';
import type { ColdCosts } from './cold/cold-cost.ts';
import { COLD_VARIANTS } from './cold/cold-variants.ts';
import { CostTable } from './cost-table.ts';
import { coldGates, type Gate, requestGates, verdictOf } from './gates.ts';
import { type Interval, meanInterval } from './interval.ts';
import { median } from './median.ts';
import type { Figure } from './micro/figure.ts';
import { LOADS, PACE_PER_SECOND, type RequestCosts } from './request-cost.ts';
import type { PageTurn } from './pages/page-cost.ts';
import { pageGates, pageRows } from './pages/page-report.ts';
import { type SearchCost, searchGates, searchRows } from './search/search-cost.ts';
import { VARIANTS } from './variants.ts';

const MAX_RECORD_BYTES = 512;

export interface Measured {
  readonly command: string;
  readonly date: Date;
  readonly costs: RequestCosts;
  readonly coldCosts: ColdCosts;
  /** What pages cost beside a bare handler, round by round. */
  readonly pages: readonly (readonly PageTurn[])[];
  /** What searches take. */
  readonly searchCost: SearchCost | undefined;
  /** What watching the event loop costs. */
  readonly watchGates: readonly Gate[];
  readonly figures: readonly Figure[];
}

/** Everything measured, as Markdown: where and how, what each variant costs, what was promised of it, the small figures. */
export function reportOf(measured: Measured): string {
  const { command, date, costs, coldCosts, pages, searchCost, watchGates, figures } = measured;
  const machine = `${availableParallelism()} cores, ${cpus()[0]?.model ?? 'unknown CPU'}, Node ${process.versions.node}, ${process.platform}`;
  const parts = [`${date.toISOString().slice(0, 10)}, ${machine}, \`${command}\``];
  if (costs.length > 0) {
    const table = new CostTable(costs);
    parts.push(cpuTable(table), factTable(table), ownTable(table));
    parts.push(coldTable(coldCosts), gateTable([...requestGates(table), ...coldGates(coldCosts)]));
  }
  if (pages.length > 0) {
    const [head = [], ...rows] = pageRows(pages);
    parts.push(table(head, rows), gateTable(pageGates(pages)));
  }
  if (searchCost !== undefined) {
    const [head = [], ...rows] = searchRows(searchCost);
    parts.push(table(head, rows), gateTable(searchGates(searchCost)));
  }
  if (watchGates.length > 0) parts.push(gateTable(watchGates));
  parts.push(figureTable(costs.length === 0 ? figures : [...figures, ...recordFigures(costs)]));
  return parts.join('\n\n');
}

function cpuTable(costs: CostTable): string {
  const rows = VARIANTS.map(({ key, label }) => [
    label,
    ...(['saturated', 'paced'] as const).flatMap((load) => [
      median(costs.values(load, 'cpuMicros', key)).toFixed(0),
      key === 'bare' ? '' : shown(costs.added(load, 'cpuMicros', key), 0),
      key === 'bare' || key === 'bareAgain'
        ? ''
        : shown(costs.ratio(load, 'cpuMicros', [key, 'bare'], 'stockHttp'), 2),
    ]),
  ]);
  const paced = `${PACE_PER_SECOND}/s`;
  return table(
    [
      'post page, CPU µs',
      'saturated',
      'added',
      'of stock http',
      paced,
      `${paced}, added`,
      `${paced}, of stock http`,
    ],
    rows,
  );
}

function factTable(costs: CostTable): string {
  const rows = VARIANTS.map(({ key, label }) => [
    label,
    shown(meanInterval(costs.values('paced', 'bytes', key).map(kilo)), 1),
    key === 'bare' ? '' : shown(mapped(costs.added('paced', 'bytes', key), kilo), 1),
    median(costs.each(key, ({ longestBlockMillis }) => longestBlockMillis)).toFixed(1),
    median(costs.each(key, ({ startMillis }) => startMillis)).toFixed(0),
    (median(costs.each(key, ({ rssBytes }) => rssBytes)) / 2 ** 20).toFixed(0),
    costs.each(key, ({ perPostPage }) => perPostPage)[0]!,
  ]);
  return table(
    [
      `post page, ${PACE_PER_SECOND}/s`,
      'kB allocated',
      'added',
      'longest hold after idling, ms',
      'start, ms',
      'RSS after load, MiB',
      'noted per page',
    ],
    rows,
  );
}

/** All of a load, pauses between turns included: what was put off beyond a turn's second shows here. */
function ownTable(costs: CostTable): string {
  const rows = VARIANTS.flatMap(({ key, label }) =>
    key.startsWith('bare')
      ? []
      : [
          [
            label,
            ...LOADS.flatMap((load) => {
              const { added, own } = costs.whole(load, key);
              if (added.length === 0) return ['', ''];
              return [
                shown(meanInterval(added), 0),
                key.startsWith('stockH') || key === 'stockFull' ? '' : median(own).toFixed(0),
              ];
            }),
          ],
        ],
  );
  return table(
    ['a whole load with its pauses, added µs per request', ...LOADS.flatMap((load) => [load, 'own account'])],
    rows,
  );
}

function coldTable(costs: ColdCosts): string {
  const rows = COLD_VARIANTS.map((variant) => {
    const of = (what: 'micros' | 'bytes'): readonly number[] => costs.map((pass) => pass[variant][what]);
    const added = (what: 'micros' | 'bytes'): Interval =>
      meanInterval(costs.map((pass) => pass[variant][what] - pass.bare[what]));
    return [
      variant,
      median(of('micros')).toFixed(1),
      variant === 'bare' ? '' : shown(added('micros'), 1),
      kilo(median(of('bytes'))).toFixed(2),
      variant === 'bare' ? '' : shown(mapped(added('bytes'), kilo), 2),
    ];
  });
  return table(['cold page, one thread', 'µs', 'added', 'kB allocated', 'added'], rows);
}

function gateTable(gates: readonly Gate[]): string {
  return table(
    ['promised', 'measured (95 %)', 'bound', ''],
    gates.map((gate) => [
      gate.what,
      shown(gate.measured, gate.atMost < 0.1 ? 4 : 2),
      gate.atLeast === undefined ? `<= ${gate.atMost}` : `${gate.atLeast} to ${gate.atMost}`,
      verdictOf(gate),
    ]),
  );
}

function recordFigures(costs: RequestCosts): readonly Figure[] {
  return VARIANTS.flatMap(({ key, label }): Figure[] => {
    const bytes = costs.flatMap((pass) => pass.get(key)?.recordBytes ?? []);
    if (bytes.length === 0) return [];
    return [{ what: `kept record, ${label}`, value: median(bytes), unit: 'bytes', target: MAX_RECORD_BYTES }];
  });
}

function figureTable(figures: readonly Figure[]): string {
  return table(['figure', 'measured', 'target', ''], figures.map(figureRow));
}

function figureRow({ what, value, unit, target }: Figure): readonly string[] {
  const shown = (number: number): string => number.toFixed(unit === 'ms' ? 2 : unit === 'µs' ? 1 : 0);
  if (target === Infinity) return [what, `${shown(value)} ${unit}`, '', ''];
  return [
    what,
    `${shown(value)} ${unit}`,
    `<= ${shown(target)} ${unit}`,
    value <= target ? 'met' : 'not met',
  ];
}

function shown({ value, low, high }: Interval, digits: number): string {
  if (low === high) return value.toFixed(digits + 1);
  return `${value.toFixed(digits)} (${bound(low, digits)} to ${bound(high, digits)})`;
}

function bound(value: number, digits: number): string {
  return Number.isFinite(value) ? value.toFixed(digits) : '?';
}

function kilo(bytes: number): number {
  return bytes / 1000;
}

function mapped({ value, low, high }: Interval, change: (value: number) => number): Interval {
  return { value: change(value), low: change(low), high: change(high) };
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
