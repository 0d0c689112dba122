import { STATUS_CODES } from 'node:http';
import type { SeriesSummary, StatusCount } from '../../../otel/query.ts';
import { html, type Html } from '../../markup/html.ts';
import { panel } from '../charts/frame.ts';
import { countText, duration, share, text } from '../../markup/quantity.ts';
import { factList } from './facts.ts';

/** Responses of a route by exact status, and waits that durations do not include. */
export function answersPanel({ statuses = [], count, slow, waited }: SeriesSummary): Html {
  const rows = statuses.map((one) => [wordsOf(one), counted(one.count, count)] as const);
  const had = waited?.count ?? 0;
  return panel({
    title: 'Answers',
    note: 'every request, by the status sent',
    body: factList([
      ...rows,
      ['a second or longer to the first byte', counted(slow, count)],
      [
        'waited behind earlier requests of their connection',
        had === 0
          ? '0'
          : html`${countText(had)}
              <span class="unit">${text(duration(waited!.totalMillis / had))} each on average</span>`,
      ],
    ]),
    foot: html`<span
      >durations run from the head of a request to the last byte of its response; they do not include earlier
      waits, for a turn, in the network or in the kernel</span
    >`,
  });
}

function wordsOf({ status }: StatusCount): Html {
  if (status === 'none') return html`none: the client disconnected first`;
  if (status === 'other') return html`others, or counted by an older version`;
  return html`${status} <span class="unit">${STATUS_CODES[status] ?? ''}</span>`;
}

function counted(part: number, all: number): Html {
  if (part === 0) return html`0`;
  return html`${countText(part)} <span class="unit">${text(share(part / Math.max(1, all)))}</span>`;
}
