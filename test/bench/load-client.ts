import { Agent, get } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

/** Enough that the server always has a request before it. */
const CONNECTIONS = 16;

/** Plain GETs over kept connections; every answer has to be 200. */
export class LoadClient {
  readonly #origin: string;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });

  constructor(origin: string) {
    this.#origin = origin;
  }

  /** Asks again when the server had closed the connection meanwhile, as it may when nothing is asked for seconds. */
  async get(path: string): Promise<void> {
    while (!(await this.#tryToGet(path)));
  }

  /** Returns false when the connection was closed before. */
  #tryToGet(path: string): Promise<boolean> {
    return new Promise((resolve, reject) => {
      const asked = get(this.#origin + path, { agent: this.#agent }, (response) => {
        response.resume();
        response.on('error', reject);
        response.on('end', () => {
          if (response.statusCode === 200) resolve(true);
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
  async saturate(path: string, millis: number): Promise<number> {
    const until = performance.now() + millis;
    let requests = 0;
    await this.#keepAsking(path, () => performance.now() < until && ++requests > 0);
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

  async #keepAsking(path: string, more: () => boolean): Promise<void> {
    const one = async (): Promise<void> => {
      while (more()) await this.get(path);
    };
    await Promise.all(Array.from({ length: CONNECTIONS }, one));
  }
}
