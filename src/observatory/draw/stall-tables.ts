import type { StallFacts } from '../../../otel/query.ts';
import { html, type Html, type HtmlValue } from '../../markup/html.ts';
import { countText, duration, durationCell, text } from '../../markup/quantity.ts';
import { blogFirst, type StallGroup } from '../facts/stall-groups.ts';
import { OTHER_PROGRAMS } from '../facts/stall-place.ts';
import type { WaitingRoute } from '../facts/stall-waits.ts';
import { untracedWords } from '../facts/untraced-work.ts';
import { panel } from '../charts/frame.ts';
import { moment } from '../format/moment.ts';
import { shortened } from '../format/shortened.ts';
import { holderName } from '../format/shown-name.ts';
import type { StallSummary } from '../facts/stall-summary.ts';
import type { PageView } from '../page.ts';
import { plural, shortRoute } from '../sentences/sentence.ts';
import { breakable, shareText } from './facts.ts';
import { operationName } from './statement-name.ts';
import { type Column, drawTable } from './table.ts';

const MAX_PLACES = 5;
const MAX_NAME = 120;
const MAX_DURING = 3;
const MAX_ROUTES = 10;

/** The places that blocked the loop for the longest time, with a link to the page of all. */
export function stallPanel(facts: StallSummary, view: PageView): Html {
  const { count } = facts;
  const groups = blogFirst(facts.groups, undefined);
  const own = facts.own === undefined ? [] : [facts.own];
  return panel({
    title: 'What blocked the event loop',
    note: html`${watchWords(facts)} ·
      <a href="${view.links.to('/stalls')}"
        >${count === 0 ? 'stalls' : `${isCut(facts, view) ? 'the newest ' : ''}${plural(count, 'stall')}`}</a
      >`,
    body: drawTable([...groups.slice(0, MAX_PLACES), ...own], stallGroupColumns(view), {
      caption: 'What blocked the event loop',
      keyOf: groupKey,
      partOf: ownPart,
      view,
      empty: 'Nothing in this range.',
      still: true,
    }),
  });
}

/** The observatory's pages come last whatever they took: with a heading, nobody reads that as a wrong order. */
export function ownPart({ isOwnView }: StallGroup): string | undefined {
  return isOwnView ? 'Own pages' : undefined;
}

/** True if stalls of the range were removed. */
export function isCut(
  { heldSinceMillis }: Pick<StallFacts, 'heldSinceMillis'>,
  { range }: PageView,
): boolean {
  return heldSinceMillis !== undefined && heldSinceMillis > range.fromMillis;
}

export function groupKey({ place, route, untracedPaths, isOfStart: isEarly, operation }: StallGroup): string {
  return `${place} ${(isEarly ? operation?.series : undefined) ?? route ?? untracedPaths[0] ?? ''}`;
}

/** One row per place. */
export function stallGroupColumns(view: PageView): readonly Column<StallGroup>[] {
  const { links, now } = view;
  return [
    {
      label: 'blocked by',
      key: 'place',
      value: (row) => row.place,
      cell: (row) =>
        html`${placeCell(row, view)}<span class="only-narrow callers">${narrowWords(row, view)}</span>`,
    },
    {
      label: 'running',
      key: 'operation',
      room: 'mid',
      value: (row) => row.operation?.series,
      cell: (row) => runningCell(row, view),
    },
    {
      label: 'route',
      key: 'route',
      room: 'mid',
      value: (row) => row.route,
      cell: ({ route }) =>
        route === undefined ? '–' : html`<a href="${links.series('http', route)}">${shortRoute(route)}</a>`,
    },
    countColumn('times', 'count', (row) => row.count),
    millisColumn('longest', 'worst_ms', (row) => row.worstMillis),
    { ...millisColumn('in total', 'total_ms', (row) => row.totalMillis), room: 'mid' },
    {
      ...countColumn('delayed', 'delayed', (row) => row.delayed),
      room: 'mid',
      cell: (row) => delayedCell(row),
    },
    {
      label: 'last ended',
      key: 'last',
      room: 'wide',
      value: (row) => row.lastMillis,
      cell: (row) => moment(row.lastMillis, now),
    },
  ];
}

function countColumn(label: string, key: string, of: (row: StallGroup) => number): Column<StallGroup> {
  return { label, key, align: 'number', value: of, cell: (row) => countText(of(row)) };
}

function millisColumn(label: string, key: string, of: (row: StallGroup) => number): Column<StallGroup> {
  return { label, key, align: 'number', value: of, cell: (row) => durationCell(of(row)) };
}

function delayedCell({ waiting }: StallGroup): HtmlValue {
  const { worst, routes, requests } = waiting;
  if (worst === undefined) return countText(requests);
  const [most, ...others] = routes;
  return html`${countText(requests)}
    <span class="note wrap"
      >${others.length === 0 ? shortRoute(most?.route ?? worst.route) : plural(routes.length, 'route')},
      ${mostText(worst)}</span
    >`;
}

/** `up to 6.9 s`: of one that came meanwhile, when it arrived is not known. */
function mostText({ waitedMillis }: { readonly waitedMillis: number }): string {
  return `up to ${text(duration(waitedMillis))}`;
}

/** Who had to wait for all of them: a row per route. */
export function waitingTable(routes: readonly WaitingRoute[], view: PageView): Html {
  return drawTable(routes.slice(0, MAX_ROUTES), waitingColumns(view), {
    caption: 'Who waited',
    keyOf: ({ route }) => route,
    view,
    still: true,
    empty: 'No request had to wait.',
  });
}

function waitingColumns({ links }: PageView): readonly Column<WaitingRoute>[] {
  return [
    {
      label: 'route',
      cell: ({ route }) => html`<a href="${links.series('http', route)}">${shortRoute(route)}</a>`,
    },
    { label: 'requests', align: 'number', cell: ({ requests }) => countText(requests) },
    {
      label: 'longest wait',
      align: 'number',
      cell: ({ worstMillis, isAtMost }) =>
        worstMillis === 0 ? '–' : html`${isAtMost && 'up to '}${durationCell(worstMillis)}`,
    },
  ];
}

/** Under the place, where there is no room for the columns. */
function narrowWords({ route, totalMillis, delayed }: StallGroup, { links }: PageView): Html {
  return html`${route !== undefined && html`<a href="${links.series('http', route)}">${shortRoute(route)}</a>, `}${text(duration(totalMillis))}
  in total, ${countText(delayed)} delayed`;
}

/** In the address of the page of all: `each` is a row for each place of the observatory's own pages. */
export const OWN_VIEWS = { name: 'own', each: 'each' } as const;

function placeCell(row: StallGroup, { links }: PageView): HtmlValue {
  const { place, functionName, location, line, placeShare, places } = row;
  if (places !== undefined)
    return html`${place}
      <a class="note" href="${links.to('/stalls', { [OWN_VIEWS.name]: OWN_VIEWS.each })}"
        >${countText(places)} places, each as a row</a
      >`;
  if (row.isOfStart)
    return html`<span class="quiet">${place}</span>
      <span class="note wrap"
        >${row.count > 1 && 'the longest '}from ${text(duration(row.sinceStartMillis))} after the process
        began</span
      >`;
  if (!row.isKnown) return html`<span class="quiet wrap">${place}</span>`;
  if (functionName === undefined) {
    const name = row.operation === undefined ? untracedWords(row) : holderName(row.operation);
    return html`<bdi class="name">${shortened(name ?? place, MAX_NAME)}</bdi>
      <span class="note wrap">by its span; ${place}</span>`;
  }
  return html`<bdi class="name"><code>${shortened(functionName, MAX_NAME)}</code></bdi
    >${location !== undefined && html` <bdi class="note">${breakable(location)}</bdi><span class="note">,</span>`}
    <span class="note"
      >${shareText(placeShare)} of the
      samples${line !== undefined && `, line ${line} in the longest`}${partlyRunWords(row)}</span
    >`;
}

/** Then samples of the rest of the time are missing. */
function partlyRunWords({ partlyRun, count }: StallGroup): string {
  if (partlyRun === 0) return '';
  const which = count === 1 ? 'part of it' : `part of ${countText(partlyRun)} of them`;
  return `; ${OTHER_PROGRAMS} for ${which}`;
}

function runningCell(row: StallGroup, view: PageView): HtmlValue {
  if (row.operation !== undefined) return operationCell(row.operation, view);
  const nobody = row.isOfStart ? `not known; ${COMPILING}` : 'no request';
  const untraced = untracedWords(row);
  const words =
    (untraced !== undefined && !row.isKnown ? `not known, during ${untraced}` : untraced) ??
    duringWords(row) ??
    (row.heldBy === undefined ? nobody : `${row.count > 1 ? 'up to ' : ''}${manyWords(row.heldBy)}`);
  return html`<span class="quiet wrap">${words}</span>`;
}

/** `not known; during a request in 8 of 18: /word-count 5 times, /listening 3 times`; none of them is to blame. */
function duringWords({ during, count, isOfStart: isEarly }: StallGroup): string | undefined {
  if (during.length === 0 || isEarly) return undefined;
  const sum = during.reduce((all, each) => all + each.count, 0);
  const named = during
    .slice(0, MAX_DURING)
    .map((each) => `${shortRoute(each.route)} ${plural(each.count, 'time')}`)
    .join(', ');
  return `not known; during a request in ${countText(sum)} of ${countText(count)}: ${named}${during.length > MAX_DURING ? ' …' : ''}`;
}

/** What is known of any start. */
export const COMPILING = 'code that runs for the first time is loaded and compiled then';

export function manyWords(count: number): string {
  return `${plural(count, 'request')}, one after the other, with nothing answered between them`;
}

export function operationCell(
  operation: NonNullable<StallGroup['operation']>,
  { links }: PageView,
): HtmlValue {
  const { type, series } = operation;
  const href = links.series(type, series);
  if (type === 'database') return operationName({ type, series, name: holderName(operation) }, href);
  return html`<a class="name" href="${href}" title="${shortened(series, 1000)}"
    ><bdi>${shortened(type === 'http' ? shortRoute(series) : series, MAX_NAME)}</bdi></a
  >`;
}

/** Whether stalls are recorded and named. */
export function watchWords({
  watch,
  thresholdMillis,
}: Pick<StallFacts, 'watch' | 'thresholdMillis'>): string {
  const limit = text(duration(thresholdMillis));
  switch (watch.is) {
    case 'watching':
      return `recorded from ${limit}`;
    case 'starting':
      return `recorded from ${limit}; the thread that names them is starting`;
    case 'aside':
      return `recorded from ${limit}, but not named: ${watch.reason ?? ''}`;
    case 'failed':
      return `recorded from ${limit}, but not named: the watch failed (${watch.reason ?? ''})`;
    case 'off':
      return 'not recorded: METRICS_LOOP_STALL or METRICS_MEMORY_INTERVAL is 0';
  }
}
