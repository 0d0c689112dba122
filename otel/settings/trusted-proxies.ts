import { BlockList, isIP } from 'node:net';
import { InvalidSetting } from './setting-parsers.ts';

const LOOPBACK = ['127.0.0.0/8', '::1'];
/** Networks that no outside client connects from: RFC 1918, unique local, link-local. */
const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '169.254.0.0/16', 'fc00::/7', 'fe80::/10'];
const EXPECTED =
  'none, or a list of addresses and networks like 192.0.2.1, 10.0.0.0/8, 2001:db8::/32, loopback, private';

/** Proxies whose forwarded client address, host and scheme are trusted. */
export class TrustedProxies {
  readonly #trusted: BlockList;
  readonly #passed: BlockList;

  /** `networks` are trusted when they connect; `behind` also when one of them forwards for them. Throws for an invalid address. */
  constructor(networks: readonly string[], behind: readonly string[] = []) {
    this.#trusted = blockList(networks);
    this.#passed = blockList([...networks, ...behind]);
    Object.freeze(this);
  }

  /** Returns true if the forwarded headers of this peer are read. */
  trusts(address: string | undefined): boolean {
    return contains(this.#trusted, address);
  }

  /** Returns true if an address forwarded by a trusted proxy is another proxy; otherwise it is the client. */
  passes(address: string): boolean {
    return contains(this.#passed, address);
  }
}

/**
 * Parses TRUSTED_PROXIES. `loopback` is a proxy on this machine together with the private networks behind it: nobody else can connect from it, and
 * a private address that it forwards is another proxy of the same operator, not an outside client.
 */
export function parseTrustedProxies(text: string): TrustedProxies {
  const words = text
    .split(/[\s,]+/)
    .filter((word) => word !== '')
    .map((word) => word.toLowerCase());
  if (words.length === 0 || (words.includes('none') && words.length > 1)) throw new InvalidSetting(EXPECTED);
  const networks = words.flatMap((word) => {
    if (word === 'none') return [];
    if (word === 'loopback') return LOOPBACK;
    return word === 'private' ? PRIVATE : [word];
  });
  try {
    return new TrustedProxies(networks, words.includes('loopback') ? PRIVATE : []);
  } catch {
    throw new InvalidSetting(EXPECTED);
  }
}

export const DEFAULT_TRUSTED_PROXIES: TrustedProxies = parseTrustedProxies('loopback');

function blockList(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', prefix, ...rest] = network.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (rest.length > 0 || isIP(address) === 0) throw new RangeError(network);
    if (prefix === undefined) list.addAddress(address, family);
    else if (!/^\d{1,3}$/.test(prefix)) throw new RangeError(network);
    else list.addSubnet(address, Number(prefix), family);
  }
  return list;
}

function contains(list: BlockList, address: string | undefined): boolean {
  const family = address === undefined ? 0 : isIP(address);
  return family !== 0 && list.check(address!, family === 4 ? 'ipv4' : 'ipv6');
}
