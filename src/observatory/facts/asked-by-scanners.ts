import { isScanned, scannerIn } from '../../../otel/kit.ts';
import type { ErrorRow, RequestLists } from '../../../otel/query.ts';

/** By one client: a single one may be of somebody who shares its address with readers. */
const ENOUGH = 2;

/**
 * Listed addresses that scanners alone ask: by what the address is, such as `/wp-login.php`, or because no page refers to it and every client that asked
 * for it also asked for several of these, or is known as a scanner. Where one client or agent is not known, the address is not among them.
 */
export function askedByScannersAlone({ addresses }: Pick<RequestLists<ErrorRow>, 'addresses'>): string[] {
  const asked = addresses.rows
    .filter(({ value }) => isScanned(value))
    .flatMap(({ peers }) => peers.rows.map(nameOf));
  const clients = new Set(
    [...Map.groupBy(asked, (client) => client)]
      .filter(([, of]) => of.length >= ENOUGH)
      .map(([client]) => client),
  );
  return addresses.rows
    .filter(
      ({ value, peers, agents, referrers }) =>
        isScanned(value) ||
        (referrers.rows.length === 0 && isAll(peers, (client) => clients.has(client))) ||
        isAll(agents, (agent) => scannerIn(agent) !== undefined),
    )
    .map(nameOf);
}

const nameOf = ({ value }: { readonly value: string }): string => value;

function isAll({ rows, none, others }: ErrorRow['peers'], isOne: (value: string) => boolean): boolean {
  return rows.length > 0 && none + others === 0 && rows.every(({ value }) => isOne(value));
}
