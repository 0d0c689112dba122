import { isScanned, scannerIn } from '../../../otel/kit.ts';
import type { ErrorRow, RequestLists } from '../../../otel/query.ts';

/**
 * Listed addresses that scanners alone ask: by what the address is, such as `/wp-login.php`, or because every client that asked for it also asked
 * for one of these, or is known as a scanner. Where one client or agent is not known, the address is not among them.
 */
export function askedByScannersAlone({ addresses }: Pick<RequestLists<ErrorRow>, 'addresses'>): string[] {
  const clients = new Set(
    addresses.rows.filter(({ value }) => isScanned(value)).flatMap(({ peers }) => peers.rows.map(nameOf)),
  );
  return addresses.rows
    .filter(
      ({ value, peers, agents }) =>
        isScanned(value) ||
        isAll(peers, (client) => clients.has(client)) ||
        isAll(agents, (agent) => scannerIn(agent) !== undefined),
    )
    .map(nameOf);
}

const nameOf = ({ value }: { readonly value: string }): string => value;

function isAll({ rows, none, others }: ErrorRow['peers'], isOne: (value: string) => boolean): boolean {
  return rows.length > 0 && none + others === 0 && rows.every(({ value }) => isOne(value));
}
