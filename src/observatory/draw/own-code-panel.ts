import { html, type Html, type HtmlValue } from '../../markup/html.ts';
import { countText, durationCell } from '../../markup/quantity.ts';
import { panel } from '../charts/frame.ts';
import type { RouteCode } from '../facts/own-code.ts';
import { OTHERS_WORDS } from '../format/own-words.ts';
import { roundedDown } from '../format/rounded-down.ts';
import { shortened } from '../format/shortened.ts';
import type { PageView } from '../page.ts';
import { plural } from '../sentences/sentence.ts';
import { breakable, shareText } from './facts.ts';
import { type Column, drawTable } from './table.ts';

/** Further functions are one row. */
const MAX_ROWS = 8;
const MAX_NAME = 120;

interface Row {
  readonly key: string;
  readonly name: HtmlValue;
  readonly requests: number | undefined;
  readonly samples: number;
  readonly millis: number;
  readonly share: number;
}

/** In which functions the requests of a route spent their own time, by samples that add up. Empty if none was sampled. */
export function ownCodePanel(code: RouteCode, view: PageView): Html {
  if (code.samples === 0) return html``;
  const { samples, idle, shared, theirs, functions, requests, sampledMillis, idleMillis } = code;
  const { sharedMillis, theirsMillis } = code;
  const rowOf = (key: string, name: HtmlValue, count: number, millis: number): Row => ({
    key,
    name,
    requests: undefined,
    samples: count,
    millis,
    share: millis / sampledMillis,
  });
  const told = functions.slice(0, MAX_ROWS);
  const named = told.reduce((sum, each) => sum + each.samples, 0);
  const rest = sampledMillis - idleMillis - sharedMillis - told.reduce((sum, { millis }) => sum + millis, 0);
  const rows = [
    ...told.map((each) => ({
      ...rowOf(each.place, functionName(each, view), each.samples, each.millis),
      requests: each.requests,
    })),
    rowOf('idle', quiet('waiting for what is not recorded: the event loop slept'), idle, idleMillis),
    rowOf('theirs', quiet(OTHERS_WORDS), theirs, theirsMillis),
    rowOf(
      'shared',
      quiet('not known for whom: other requests were open, or a timer ran'),
      shared - theirs,
      sharedMillis - theirsMillis,
    ),
    rowOf('others', quiet('other functions, Node and telemetry'), samples - named - idle - shared, rest),
  ].filter((row) => row.samples > 0);
  return panel({
    title: 'Own code',
    note: `by samples of ${plural(requests, 'request')} with much time of ${requests === 1 ? 'its' : 'their'} own, kept or not`,
    body: drawTable(rows, columnsOf(requests), {
      caption: 'Functions in which requests spent their own time',
      keyOf: ({ key }) => key,
      view,
      still: true,
      empty: '',
    }),
  });
}

function quiet(words: string): Html {
  return html`<span class="quiet wrap">${words}</span>`;
}

function functionName(
  { functionName: name, location, traceId }: RouteCode['functions'][number],
  { links }: PageView,
): Html {
  const shown = html`<bdi class="name"><code>${shortened(name, MAX_NAME)}</code></bdi>`;
  return html`${traceId === undefined ? shown : html`<a href="${links.trace(traceId)}">${shown}</a>`}${location !== undefined && html` <bdi class="note wrap">${breakable(location)}</bdi>`}`;
}

function columnsOf(all: number): readonly Column<Row>[] {
  return [
    { label: 'function', cell: ({ name }) => name },
    {
      label: 'requests',
      align: 'number',
      room: 'mid',
      cell: ({ requests }) => (requests === undefined ? '' : `${countText(requests)} of ${countText(all)}`),
    },
    { label: 'samples', align: 'number', cell: ({ samples }) => countText(samples) },
    { label: 'about', align: 'number', room: 'mid', cell: ({ millis }) => durationCell(roundedDown(millis)) },
    { label: 'share', align: 'number', room: 'mid', cell: ({ share }) => shareText(share) },
  ];
}
