import { statfsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';

/** A disk on another machine may take its time; nobody waits for it. */
const FRESH_MILLIS = 5000;

/** What this user may still write on the disk of a folder: asked at the start, then beside the requests that want to know. */
export class FreeBytes {
  readonly #folder: string;
  readonly #monotonicMillis: () => number;
  #bytes: number | undefined;
  #askedMillis: number;
  #isAsking = false;

  constructor(folder: string, monotonicMillis: () => number = () => performance.now()) {
    this.#folder = folder;
    this.#monotonicMillis = monotonicMillis;
    this.#askedMillis = monotonicMillis();
    this.#bytes = freeAtOnce(folder);
  }

  /** Bytes, at most a few seconds old if somebody asks that often; undefined if the system does not say. */
  get bytes(): number | undefined {
    if (!this.#isAsking && this.#monotonicMillis() - this.#askedMillis >= FRESH_MILLIS) void this.refresh();
    return this.#bytes;
  }

  /** Never rejects. */
  async refresh(): Promise<void> {
    this.#isAsking = true;
    this.#askedMillis = this.#monotonicMillis();
    try {
      const { bavail, bsize } = await statfs(this.#folder);
      this.#bytes = bavail * bsize;
    } catch {
      this.#bytes = undefined;
    } finally {
      this.#isAsking = false;
    }
  }
}

function freeAtOnce(folder: string): number | undefined {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  } catch {
    return undefined;
  }
}
