import { BlockList, isIP } from 'node:net';

export const LOOPBACK: readonly string[] = ['127.0.0.0/8', '::1'];
/** Networks that no outside client connects from: RFC 1918, unique local, link-local. */
export const PRIVATE: readonly string[] = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '169.254.0.0/16',
  'fc00::/7',
  'fe80::/10',
];

/** IP addresses and networks. */
export class AddressList {
  readonly #list = new BlockList();

  /** Throws RangeError for anything that is neither an address nor a network. */
  constructor(networks: readonly string[]) {
    for (const network of networks) this.#add(network);
    Object.freeze(this);
  }

  has(address: string | undefined): boolean {
    const family = address === undefined ? 0 : isIP(address);
    return family !== 0 && this.#list.check(address!, family === 4 ? 'ipv4' : 'ipv6');
  }

  #add(network: string): void {
    const [address = '', prefix, ...rest] = network.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (rest.length > 0 || isIP(address) === 0) throw new RangeError(network);
    if (prefix === undefined) this.#list.addAddress(address, family);
    else if (!/^\d{1,3}$/.test(prefix)) throw new RangeError(network);
    else this.#list.addSubnet(address, Number(prefix), family);
  }
}

/** Words of a setting that lists addresses, in lower case. */
export function addressWords(text: string): readonly string[] {
  return text
    .split(/[\s,]+/)
    .filter((word) => word !== '')
    .map((word) => word.toLowerCase());
}

/** The networks that a word stands for. */
export function networksOf(word: string): readonly string[] {
  if (word === 'loopback') return LOOPBACK;
  return word === 'private' ? PRIVATE : [word];
}
