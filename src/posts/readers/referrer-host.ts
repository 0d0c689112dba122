import { isIP } from 'node:net';

/** A longer one is no name of DNS. */
const MAX_CHARACTERS = 253;

/** The host that a visit came from, without `www.`; undefined for one's own pages (`ownHosts`), none, and what is no address. */
export function referrerHost(referrer: string, ownHosts: () => readonly string[]): string | undefined {
  if (referrer === '' || !URL.canParse(referrer)) return undefined;
  const { host, hostname } = new URL(referrer);
  if (hostname === '' || hostname.length > MAX_CHARACTERS || ownHosts().includes(host)) return undefined;
  // A page of the visitor's own machine: addresses are not stored.
  if (isIP(hostname.replace(/^\[|\]$/g, '')) !== 0) return 'a numeric address';
  return hostname.replace(/^www\./, '');
}
