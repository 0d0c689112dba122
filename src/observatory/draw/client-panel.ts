import { html, type Html } from '../../markup/html.ts';
import { countText } from '../../markup/quantity.ts';
import { panel } from '../charts/frame.ts';
import { CLIENT_ADDRESS, type FailedClient, type FailedClients } from '../facts/failed-clients.ts';
import { attributeTerm } from '../facts/trace-query.ts';
import { moment } from '../format/moment.ts';
import type { PageView } from '../page.ts';
import { plural } from '../sentences/sentence.ts';
import { drawTable, type Column } from './table.ts';
import { isoTime } from './time-columns.ts';
import { askedValue } from './top-tables.ts';

const MAX_ROWS = 10;

/** Who got an error, by address; nothing if no address is known, as with `METRICS_CLIENT_ADDRESS=false`. */
export function clientPanel(failed: FailedClients, view: PageView): Html | undefined {
  const { clients, read, kept, withoutAddress } = failed;
  if (clients.length === 0) return undefined;
  const left = clients.length - MAX_ROWS;
  return panel({
    title: 'Clients that got an error',
    note: html`${plural(clients.length, 'address', 'addresses')}${left > 0 && html`, the first ${MAX_ROWS}`}`,
    body: drawTable(clients.slice(0, MAX_ROWS), clientColumns(view), {
      caption: 'Clients that got an error',
      keyOf: ({ address }) => address,
      view,
      still: true,
      empty: 'None.',
    }),
    foot: html`<span
      >of
      ${read < kept && html`${countText(read)} drawn at random from `}${plural(kept, 'kept failed request')}:
      addresses are stored with traces
      alone${withoutAddress > 0 && html`; ${countText(withoutAddress)} had none`}</span
    >`,
  });
}

function clientColumns(view: PageView): readonly Column<FailedClient>[] {
  const tracesOf = (address: string): string =>
    view.links.to('/traces', { q: `status:error ${attributeTerm(CLIENT_ADDRESS, address)}` });
  return [
    {
      label: 'address',
      key: 'address',
      value: ({ address }) => address,
      cell: ({ address }) => askedValue(address, tracesOf(address)),
    },
    {
      label: 'failed requests',
      key: 'failed_requests',
      align: 'number',
      value: ({ requests }) => requests,
      cell: ({ requests }) => countText(requests),
    },
    {
      label: 'last user agent',
      key: 'last_user_agent',
      room: 'mid',
      value: ({ userAgent }) => userAgent,
      cell: ({ userAgent }) =>
        userAgent === undefined ? html`<span class="quiet-words">none sent</span>` : askedValue(userAgent),
    },
    {
      label: 'last seen',
      key: 'last',
      value: ({ lastMillis }) => lastMillis,
      file: ({ lastMillis }) => isoTime(lastMillis),
      cell: ({ lastMillis, example }) =>
        html`<a href="${view.links.trace(example.traceId, example.spanId)}"
          >${moment(lastMillis, view.now)}</a
        >`,
    },
  ];
}
