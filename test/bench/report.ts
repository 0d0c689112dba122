import { availableParallelism, cpus } from 'node:os';
import type { Figure } from './micro/figure.ts';
import type { Page, VariantCost } from './request-cost.ts';
import type { Variant } from './variants.ts';

/** Added CPU of ours at rate 1 over that of stock, on the post page. */
const MAX_OF_STOCK_HTTP = 0.66;
const MAX_OF_STOCK_FULL = 0.5;
const MAX_RECORD_BYTES = 512;

/** Everything measured, as Markdown: where and how, the variants, what they come to, the small figures. */
export function reportOf(measured: {
  readonly command: string;
  readonly date: Date;
  readonly costs: readonly VariantCost[];
  readonly figures: readonly Figure[];
}): string {
  const { command, date, costs, figures } = measured;
  const machine = `${availableParallelism()} cores, ${cpus()[0]?.model ?? 'unknown CPU'}, Node ${process.versions.node}, ${process.platform}`;
  return [
    `${date.toISOString().slice(0, 10)}, ${machine}, \`${command}\``,
    ...(costs.length === 0 ? [] : [variantTable(costs)]),
    figureTable([
      ...(costs.length === 0 ? [] : ratios(costs)),
      ...figures.map(figureRow),
      ...recordRows(costs),
    ]),
  ].join('\n\n');
}

function variantTable(costs: readonly VariantCost[]): string {
  const rows = costs.map(
    ({ variant, cpuMicros, addedMicros, errorMicros, startMillis, rssBytes, perPostPage }) => [
      variant.label,
      cpuMicros.post.toFixed(0),
      withError(addedMicros.post, errorMicros.post),
      cpuMicros.file.toFixed(0),
      withError(addedMicros.file, errorMicros.file),
      startMillis.toFixed(0),
      (rssBytes / 2 ** 20).toFixed(0),
      perPostPage,
    ],
  );
  return table(
    [
      'the same blog',
      'post page, CPU µs',
      'added',
      'static file, main-thread CPU µs',
      'added',
      'start, ms',
      'RSS after load, MiB',
      'noted per post page',
    ],
    rows,
  );
}

type FigureRow = readonly [what: string, value: string, target: string, verdict: string];

function ratios(costs: readonly VariantCost[]): FigureRow[] {
  const rows: FigureRow[] = [];
  for (const [page, name] of [
    ['post', 'post page'],
    ['file', 'static file'],
  ] as const) {
    rows.push(ratioRow(costs, page, `${name}: ours at rate 1 / stock http`, 'stockHttp', MAX_OF_STOCK_HTTP));
    rows.push(
      ratioRow(costs, page, `${name}: ours at rate 1 / stock http + koa`, 'stockFull', MAX_OF_STOCK_FULL),
    );
  }
  return rows;
}

/** A ratio to something that may be nothing but noise is not judged. */
function ratioRow(
  costs: readonly VariantCost[],
  page: Page,
  what: string,
  stockKey: Variant['key'],
  target: number,
): FigureRow {
  const of = (key: Variant['key']): VariantCost => costs.find(({ variant }) => variant.key === key)!;
  const stock = of(stockKey);
  const value = of('rate1').addedMicros[page] / stock.addedMicros[page];
  const isNoise = stock.addedMicros[page] < 3 * stock.errorMicros[page];
  const verdict = value <= target ? 'pass' : 'over';
  return [what, value.toFixed(2), `<= ${target}`, isNoise ? 'too noisy to say' : verdict];
}

function figureRow({ what, value, unit, target }: Figure): FigureRow {
  const shown = (number: number): string =>
    number.toFixed(unit === 'ms' || unit === 'of stock http' ? 2 : unit === 'µs' ? 1 : 0);
  if (target === Infinity) return [what, `${shown(value)} ${unit}`, '', ''];
  return [what, `${shown(value)} ${unit}`, `<= ${shown(target)} ${unit}`, value <= target ? 'pass' : 'over'];
}

function recordRows(costs: readonly VariantCost[]): FigureRow[] {
  return costs.flatMap(({ variant, recordBytes }) =>
    recordBytes === undefined
      ? []
      : [
          figureRow({
            what: `kept record, ${variant.label}`,
            value: recordBytes,
            unit: 'bytes',
            target: MAX_RECORD_BYTES,
          }),
        ],
  );
}

function figureTable(rows: readonly FigureRow[]): string {
  return table(['figure', 'measured', 'target', ''], rows);
}

function withError(value: number, error: number): string {
  return `${value >= 0 ? '+' : '−'}${Math.abs(value).toFixed(0)} ± ${error.toFixed(0)}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
