import { AddressList, addressWords, networksOf, PRIVATE } from './address-list.ts';
import { InvalidSetting } from './setting-parsers.ts';

const EXPECTED =
  'none, or a list of addresses and networks like 192.0.2.1, 10.0.0.0/8, 2001:db8::/32, loopback, private';

/** Proxies whose forwarded client address, host and scheme are trusted. */
export class TrustedProxies {
  readonly #trusted: AddressList;
  readonly #passed: AddressList;

  /** `networks` are trusted when they connect; `behind` also when one of them forwards for them. Throws for an invalid address. */
  constructor(networks: readonly string[], behind: readonly string[] = []) {
    this.#trusted = new AddressList(networks);
    this.#passed = new AddressList([...networks, ...behind]);
    Object.freeze(this);
  }

  /** Returns true if the forwarded headers of this peer are read. */
  trusts(address: string | undefined): boolean {
    return this.#trusted.has(address);
  }

  /** Returns true if an address forwarded by a trusted proxy is another proxy; otherwise it is the client. */
  passes(address: string): boolean {
    return this.#passed.has(address);
  }
}

/**
 * Parses TRUSTED_PROXIES. `loopback` is a proxy on this machine together with the private networks behind it: nobody else can connect from it, and
 * a private address that it forwards is another proxy of the same operator, not an outside client.
 */
export function parseTrustedProxies(text: string): TrustedProxies {
  const words = addressWords(text);
  if (words.length === 0 || (words.includes('none') && words.length > 1)) throw new InvalidSetting(EXPECTED);
  const networks = words.flatMap((word) => (word === 'none' ? [] : networksOf(word)));
  try {
    return new TrustedProxies(networks, words.includes('loopback') ? PRIVATE : []);
  } catch {
    throw new InvalidSetting(EXPECTED);
  }
}

export const DEFAULT_TRUSTED_PROXIES: TrustedProxies = parseTrustedProxies('loopback');
