import { AddressList, addressWords, networksOf } from './address-list.ts';
import { InvalidSetting } from './setting-parsers.ts';

const EXPECTED =
  'none, all, or a list of proxies, loopback, private, addresses and networks like 192.0.2.1, 10.0.0.0/8, 2001:db8::/32';
/** A guess per request must not find it. */
const MIN_TOKEN_LENGTH = 16;

/** Whose trace context is continued: its trace id, sampled flag, weight and baggage. */
export interface TrustedContext {
  readonly all: boolean;
  /** Whatever a trusted proxy sends or forwards. */
  readonly proxies: boolean;
  readonly clients: AddressList;
}

/** Parses METRICS_TRUSTED_CONTEXT. */
export function parseTrustedContext(text: string): TrustedContext {
  const words = addressWords(text);
  if (words.length === 0 || (words.length > 1 && words.some((word) => word === 'none' || word === 'all')))
    throw new InvalidSetting(EXPECTED);
  const clients = words.filter((word) => word !== 'none' && word !== 'all' && word !== 'proxies');
  try {
    return Object.freeze({
      all: words.includes('all'),
      proxies: words.includes('proxies'),
      clients: new AddressList(clients.flatMap(networksOf)),
    });
  } catch {
    throw new InvalidSetting(EXPECTED);
  }
}

/** Parses METRICS_TRUSTED_CONTEXT_TOKEN: a header's value has no spaces around it and only visible characters. */
export function parseContextToken(text: string): string {
  const token = text.trim();
  if (token.length < MIN_TOKEN_LENGTH || !/^[!-~]+$/.test(token))
    throw new InvalidSetting(`at least ${MIN_TOKEN_LENGTH} visible ASCII characters without a space`);
  return token;
}

/** A sender cannot prove who it is, and its trace id decides what is sampled. */
export const TRUSTS_NO_CONTEXT: TrustedContext = parseTrustedContext('none');
