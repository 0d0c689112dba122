import type { OperationType } from '../../../otel/query.ts';
import { html, type Html, type HtmlValue } from '../../markup/html.ts';
import { duration, durationCell, text, threeDigits } from '../../markup/quantity.ts';
import { panel } from '../charts/frame.ts';
import { shareBar } from '../charts/sparkline.ts';
import type { MergedTime } from '../facts/merged-time.ts';
import { isOperation, type TimePart } from '../facts/time-parts.ts';
import { ASLEEP_WORDS } from '../format/own-words.ts';
import type { PageView } from '../page.ts';
import { isWork, type KnownTime, sampledText, unknownOwnText } from '../sentences/time-parts-sentence.ts';
import { plural } from '../sentences/sentence.ts';
import { csrfField } from './csrf-field.ts';
import { shareText } from './facts.ts';
import { tracesText } from './merged-time-panels.ts';
import { TIME_PROFILE } from './profile-panels.ts';
import { operationName } from './statement-name.ts';
import { type Column, drawTable } from './table.ts';

/** Further parts are one row. */
const MAX_ROWS = 12;
/** From this share on, how to find out what a request's own time is comes with the table. */
const MUCH = 0.2;
const PROFILED_SECONDS = 10;

interface Row {
  readonly key: string;
  readonly name: HtmlValue;
  readonly type: OperationType;
  readonly count: number | undefined;
  readonly millis: number;
  readonly share: number;
}

/** Where the time of a request goes, in parts that add up to the whole. */
export function timePartsPanel(merged: MergedTime, time: KnownTime, view: PageView): Html {
  const { parts } = time;
  const whole = parts.reduce((sum, { millis }) => sum + millis, 0);
  const rows = parts.slice(0, MAX_ROWS).map((part) => rowOf(part, time, view));
  const rest = parts.slice(MAX_ROWS);
  const others: Row = {
    key: 'others',
    name: html`<span class="quiet">${plural(rest.length, 'more part')}</span>`,
    type: 'other',
    count: undefined,
    millis: rest.reduce((sum, { millis }) => sum + millis, 0),
    share: rest.reduce((sum, { share }) => sum + share, 0),
  };
  const all: Row = {
    key: 'all',
    name: html`<b>all</b>`,
    type: 'http',
    count: undefined,
    millis: whole,
    share: 1,
  };
  const own = parts.find(({ kind }) => kind === 'own')?.share ?? 0;
  return panel({
    title: html`Where its time goes <span class="unit">shares of its kept traces</span>`,
    note:
      merged.traces === 0
        ? undefined
        : `a request takes ${text(duration(whole))}, the mean of all; divided by ${tracesText(merged)}`,
    body: html`${drawTable(
      parts.length === 0 ? [] : [...rows, ...(rest.length > 0 ? [others] : []), all],
      COLUMNS,
      {
        caption: 'Parts of the time of a request',
        keyOf: ({ key }) => key,
        view,
        still: true,
        empty: 'Shown once a trace of this route is held.',
      },
    )}
    ${own >= MUCH && time.own.canProfile && profileNow(view)}`,
  });
}

const COLUMNS: readonly Column<Row>[] = [
  { label: 'part', cell: ({ name }) => name },
  {
    label: 'per request',
    align: 'number',
    room: 'mid',
    cell: ({ count }) => (count === undefined ? '' : threeDigits(count)),
  },
  { label: 'time', align: 'number', cell: ({ millis }) => durationCell(millis) },
  {
    label: 'share',
    cell: ({ type, share }) =>
      html`<span class="share-cell">${shareBar(type, share)} ${shareText(share)}</span>`,
  },
];

function rowOf(part: TimePart, time: KnownTime, { links }: PageView): Row {
  const { kind, type, series, count, millis, share } = part;
  const isRun = isOperation(kind);
  return {
    key: isRun ? `${kind} ${type} ${series}` : kind,
    name: isRun
      ? html`<span class="swatch type-${type}"></span
          >${operationName(part, links.series(type, series))}${kind === 'thread' && type === 'database' && html` <span class="note">in another thread</span>`}`
      : restName(part, time, links.to('/stalls')),
    type,
    count: isRun ? count : undefined,
    millis,
    share,
  };
}

function restName({ kind, millis }: TimePart, time: KnownTime, stallsHref: string): Html {
  switch (kind) {
    case 'waiting':
      return html`<span class="swatch wait"></span><a href="${stallsHref}">waiting for the event loop</a>`;
    case 'sending':
      return html`<span class="swatch type-http"></span>sending what follows the first byte`;
    case 'asleep':
      return html`<span class="swatch type-http"></span>${ASLEEP_WORDS}`;
    default:
      return html`<span class="swatch type-http"></span>the request’s own ${ownNote(time, millis, stallsHref)}`;
  }
}

function ownNote(time: KnownTime, millis: number, stallsHref: string): Html {
  const { own, count } = time;
  const { worst } = own;
  if (worst === undefined || !isWork(own, millis, count))
    return html`<span class="note">${sampledText(time, millis) ?? unknownOwnText(time.parts)}</span>`;
  return html`<span class="note">work, most of it in <a href="${stallsHref}">${worst.place}</a></span>`;
}

/** What a request's own time is, a profile of the process tells while it is requested. */
function profileNow(view: PageView): Html {
  return html`<form
    class="mark-now profile-now"
    method="post"
    action="${view.links.base}${TIME_PROFILE.path}"
  >
    ${csrfField(view)}<input type="hidden" name="seconds" value="${PROFILED_SECONDS}" />
    <button type="submit">Profile for ${PROFILED_SECONDS} s</button>
    <span class="note">which functions take the time, of the whole process: request the page meanwhile</span>
  </form>`;
}
