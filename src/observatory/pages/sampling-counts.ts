import type { OperationSummary, OperationType, TelemetryQuery, TimeRange } from '../../../otel/query.ts';
import { html, type Html } from '../../markup/html.ts';
import { countText, duration, text } from '../../markup/quantity.ts';
import { panel } from '../charts/frame.ts';
import { shareBar } from '../charts/sparkline.ts';
import { shareText } from '../draw/facts.ts';
import { drawTable, type Column } from '../draw/table.ts';
import { explained } from '../draw/words.ts';
import { type HeldRequests, heldRequests } from '../facts/held-requests.ts';
import { missingCounts, type MissingCounts } from '../facts/missing-counts.ts';
import { TYPE_WORDS, TYPES } from '../format/type-words.ts';
import type { PageView } from '../page.ts';
import { plural, type Sentence } from '../sentences/sentence.ts';

/** What sampling did in a range, by this and earlier processes. */
export interface SampledInRange {
  readonly types: readonly SampledType[];
  readonly all: SampledCounts;
  /** Undefined while traces of an older file are moved. */
  readonly requests: HeldRequests | undefined;
  /** Undefined if no process was killed. */
  readonly missing: MissingCounts | undefined;
}

interface SampledCounts {
  readonly counted: number;
  readonly kept: number;
  /** Counted, and nothing else; until a trace is decided, its operations are among them. */
  readonly dropped: number;
}

interface SampledType extends SampledCounts {
  readonly type: OperationType;
}

export function sampledInRange(telemetry: TelemetryQuery, asked: TimeRange): SampledInRange {
  const { missing: _missing, ...range } = telemetry.coverage(asked);
  const operations = telemetry.operations(range);
  const types = TYPES.map((type) => ({ type, ...countsOf(operations[type]) }));
  const sum = (of: 'count' | 'kept'): number => TYPES.reduce((all, type) => all + operations[type][of], 0);
  return {
    types,
    all: countsOf({ count: sum('count'), kept: sum('kept') }),
    requests: heldRequests(telemetry, asked),
    missing: missingCounts(telemetry, asked),
  };
}

function countsOf({ count, kept }: Pick<OperationSummary, 'count' | 'kept'>): SampledCounts {
  return { counted: count, kept, dropped: Math.max(0, count - kept) };
}

/** `In the last hour, 120 of 500 operations were kept, 24 %, and 380 dropped`; capital or not, as it stands. */
export function sampledSentence({ all: { counted, kept, dropped } }: SampledInRange, when: string): Sentence {
  if (counted === 0) return [{ text: ` Nothing was counted ${when}.` }];
  const all = counted === 1 ? 'The one operation was' : `All ${countText(counted)} operations were`;
  if (dropped === 0) return [{ text: ` ${all} kept ${when}.` }];
  return [
    {
      text: ` Of ${countText(counted)} operations ${when}, ${countText(kept)} were kept, ${shareText(kept / counted)}, and ${countText(dropped)} dropped: counted, and nothing else.`,
    },
  ];
}

/** How many of a range's counts are lost at most; empty if none may be. */
export function missingSentence({ missing }: SampledInRange): Sentence {
  if (missing === undefined) return [];
  const { seconds, requests, operations, isAll } = missing;
  return [
    {
      text: ` Where a process was killed, up to ${text(duration(seconds * 1000))} may not be counted: at the rate of the minute before, up to about ${plural(roughly(requests), 'request')}, ${plural(roughly(operations), 'operation')} in all.${isAll ? ' All other counts are exact.' : ''}`,
    },
  ];
}

/** Upwards to two digits. */
function roughly(count: number): number {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, count))) - 1);
  return Math.ceil(count / unit) * unit;
}

type Row = SampledCounts & { readonly type: OperationType | 'all' };

/** By type and in all. */
export function sampledPanel({ types, all, requests }: SampledInRange, view: PageView, foot?: Html): Html {
  const held = ({ type }: Row): string =>
    type === 'http' && requests !== undefined ? countText(requests.kept - requests.gone) : '–';
  const columns: readonly Column<Row>[] = [
    {
      label: 'type',
      cell: ({ type }) =>
        type === 'all'
          ? html`<strong>all</strong>`
          : html`<span class="swatch type-${type}"></span>${TYPE_WORDS[type]}`,
    },
    { label: 'counted', align: 'number', cell: ({ counted }) => countText(counted) },
    { label: 'kept in detail', align: 'number', cell: ({ kept }) => countText(kept) },
    { label: 'dropped', align: 'number', cell: ({ dropped }) => countText(dropped) },
    { label: 'still held', align: 'number', room: 'mid', cell: held },
    {
      label: 'share kept',
      room: 'mid',
      cell: ({ type, kept, counted }) =>
        html`<span class="share-cell"
          >${type !== 'all' && shareBar(type, kept / Math.max(1, counted))}
          ${counted === 0 ? '–' : shareText(kept / counted)}</span
        >`,
    },
  ];
  return panel({
    title: 'Counted, kept, dropped',
    note: html`${view.range.words}, by this and earlier processes; what is ${explained('kept', view.links)} is
    ${explained('held', view.links)} while there is room, which is known of requests`,
    body: drawTable<Row>([...types, { type: 'all', ...all }], columns, {
      caption: 'Operations that sampling kept and dropped, by type',
      keyOf: ({ type }) => `sampled-${type}`,
      view,
      still: true,
      empty: '',
    }),
    ...(foot !== undefined && { foot }),
  });
}
