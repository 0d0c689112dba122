import { Agent, get } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

/** Enough that the server always has a request before it. */
const CONNECTIONS = 16;

/** What is asked for: a path, or one that the client has a copy of. */
export interface Asked {
  readonly path: string;
  /** The answer has to be 304 then, else 200. */
  readonly ifNoneMatch?: string;
}

/** GETs over kept connections; every answer has to be as expected. */
export class LoadClient {
  readonly #origin: string;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });

  constructor(origin: string) {
    this.#origin = origin;
  }

  /** Asks again when the server had closed the connection meanwhile, as it may when nothing is asked for seconds. */
  async get(asked: string | Asked): Promise<void> {
    while (!(await this.#tryToGet(typeof asked === 'string' ? { path: asked } : asked)));
  }

  /** Returns false when the connection was closed before. */
  #tryToGet({ path, ifNoneMatch }: Asked): Promise<boolean> {
    return new Promise((resolve, reject) => {
      const headers = ifNoneMatch === undefined ? {} : { 'If-None-Match': ifNoneMatch };
      const asked = get(this.#origin + path, { agent: this.#agent, headers }, (response) => {
        response.resume();
        response.on('error', reject);
        response.on('end', () => {
          if (response.statusCode === (ifNoneMatch === undefined ? 200 : 304)) resolve(true);
          else reject(new Error(`GET ${path} answered ${response.statusCode}`));
        });
      });
      asked.on('error', (error: NodeJS.ErrnoException) => {
        if (asked.reusedSocket && error.code === 'ECONNRESET') resolve(false);
        else reject(error);
      });
    });
  }

  async load(path: string, requests: number): Promise<void> {
    let left = requests;
    await this.#keepAsking(path, () => left-- > 0);
  }

  /** Asks as fast as it is answered; returns how many were. */
  async saturate(asked: string | (() => Asked), millis: number): Promise<number> {
    const until = performance.now() + millis;
    let requests = 0;
    await this.#keepAsking(asked, () => performance.now() < until && ++requests > 0);
    return requests;
  }

  /** Asks so often, whether or not what was asked before has been answered; returns how many times. */
  async pace(path: string, perSecond: number, millis: number): Promise<number> {
    const requests = Math.round((perSecond * millis) / 1000);
    const started = performance.now();
    const underWay: Promise<void>[] = [];
    for (let i = 0; i < requests; i++) {
      const wait = started + (i * 1000) / perSecond - performance.now();
      if (wait > 0) await delay(wait);
      underWay.push(this.get(path));
    }
    await Promise.all(underWay);
    return requests;
  }

  close(): void {
    this.#agent.destroy();
  }

  async #keepAsking(asked: string | (() => Asked), more: () => boolean): Promise<void> {
    const one = async (): Promise<void> => {
      while (more()) await this.get(typeof asked === 'string' ? asked : asked());
    };
    await Promise.all(Array.from({ length: CONNECTIONS }, one));
  }
}
