/** So many different addresses of SCANNED are more than one dead link. */
const ENOUGH = 3;
const MAX_HELD = 4;
const MAX_AGENTS = 8;
const MAX_SUSPECTS = 1000;
/** A suspect without what is held back; estimated. */
const SUSPECT_BYTES = 600;
/** Of all suspects: some 200 that asked once, with headers of usual length. */
const MAX_BYTES = 250_000;

/** A letter in brackets: the kit names no path of an app. */
const FILES =
  'wp-login\\.php|xmlrpc\\.php|wp-config\\.php[^/]*|wlwmanifest\\.xml|phpinfo\\.php|eval-stdin\\.php|adminer[^/]*\\.php|(?:shell|webshell|alfa|c99|r57)\\.php|server-status|hnap1|boaform|\\.ds_store|\\.ht(?:passwd|access)|\\.env[^/]*|\\.npmrc|\\.bash_history';
const FOLDERS =
  'wp-[a]dmin|\\.git|\\.svn|\\.hg|\\.aws|\\.ssh|\\.vscode|\\.docker|php-?my-?[a]dmin|cgi-bin|actuator|_ignition|vendor/phpunit';
/** Ways into other software, and files that no page links to. Pictures and posts of other software are not among them: readers follow links to those. */
const SCANNED = new RegExp(`/(?:(?:${FILES})|(?:${FOLDERS})(?:/.*)?)$`, 'i');
const DUMP = /\/(?:backup|dump|db|database|site|www)\.(?:sql|zip|rar|tar|tar\.gz|tgz|bak)$/i;
/** Longer paths are read up to here. */
const MAX_READ = 300;

/** Returns true for an address that only scanners ask for, such as `/wp-login.php` or `/.git/config`, below any folder. */
export function isScanned(path: string): boolean {
  const read = path.slice(0, MAX_READ);
  return SCANNED.test(read) || DUMP.test(read);
}

interface Suspect<Item> {
  /** Different addresses, up to ENOUGH. */
  readonly probes: Set<string>;
  /** User agents that asked for them. */
  readonly agents: Set<string>;
  readonly held: Item[];
}

/** One request of a client that calls itself a browser. */
export interface WatchedRequest {
  readonly client: string;
  readonly userAgent: string;
  readonly path: string;
  /** It asked for what only scanners ask, and there is no such thing. */
  readonly isProbe: boolean;
}

/** What can be counted now. */
export interface Sorted<Item> {
  readonly items: readonly Item[];
  readonly isScanner: boolean;
}

/**
 * Tells scanners that call themselves browsers by what they do: ENOUGH different addresses that only scanners ask, by one client address. From the
 * first of these on, requests of the same user agent are held back, MAX_HELD of a client, until it is known. Who shares the address with another user
 * agent stays a reader. Bounded: whatever has no room counts as what it says.
 */
export class ScannerWatch<Item extends { readonly bytes: number }> {
  readonly #suspects = new Map<string, Suspect<Item>>();
  #bytes = 0;

  get isIdle(): boolean {
    return this.#suspects.size === 0;
  }
  get bytes(): number {
    return this.#bytes;
  }

  /** Not known yet. */
  get held(): readonly Item[] {
    return [...this.#suspects.values()].flatMap(({ held }) => held);
  }

  /** @param make Called once, with true if the item is held back. */
  sort(
    { client, userAgent, path, isProbe }: WatchedRequest,
    make: (isHeld: boolean) => Item,
  ): readonly Sorted<Item>[] {
    const suspect = this.#suspects.get(client) ?? (isProbe ? this.#admit(client) : undefined);
    if (suspect === undefined) return [{ items: [make(false)], isScanner: false }];
    const { probes, agents, held } = suspect;
    if (isProbe && probes.size < ENOUGH) probes.add(path.slice(0, MAX_READ));
    if (isProbe && agents.size < MAX_AGENTS) agents.add(userAgent);
    if (!isProbe && !agents.has(userAgent)) return [{ items: [make(false)], isScanner: false }];
    const isScanner = probes.size >= ENOUGH;
    if (isScanner || held.length >= MAX_HELD)
      return [{ items: [...this.#released(suspect), make(false)], isScanner }];
    const item = make(true);
    held.push(item);
    this.#bytes += item.bytes;
    return this.#bounded();
  }

  #admit(client: string): Suspect<Item> {
    const suspect: Suspect<Item> = { probes: new Set(), agents: new Set(), held: [] };
    this.#suspects.set(client, suspect);
    this.#bytes += SUSPECT_BYTES;
    return suspect;
  }

  /** Forgets the oldest ones while there are too many. */
  #bounded(): readonly Sorted<Item>[] {
    const sorted: Sorted<Item>[] = [];
    for (const [client, suspect] of this.#suspects) {
      if (this.#bytes <= MAX_BYTES && this.#suspects.size <= MAX_SUSPECTS) break;
      this.#suspects.delete(client);
      sorted.push({ items: this.#released(suspect), isScanner: false });
      this.#bytes -= SUSPECT_BYTES;
    }
    return sorted;
  }

  #released({ held }: Suspect<Item>): readonly Item[] {
    const released = held.splice(0);
    for (const { bytes } of released) this.#bytes -= bytes;
    return released;
  }
}
