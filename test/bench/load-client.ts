import { Agent, get } from 'node:http';

/** Few, so that the client on the other core keeps up and the server never queues. */
const CONCURRENCY = 4;

/** Plain GETs over kept connections; every answer has to be 200. */
export class LoadClient {
  readonly #origin: string;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: CONCURRENCY });

  constructor(origin: string) {
    this.#origin = origin;
  }

  /** The answer's text. */
  get(path: string): Promise<string> {
    return new Promise((resolve, reject) => {
      get(this.#origin + path, { agent: this.#agent }, (response) => {
        let text = '';
        response.setEncoding('latin1');
        response.on('data', (chunk: string) => (text += chunk));
        response.on('error', reject);
        response.on('end', () => {
          if (response.statusCode === 200) resolve(text);
          else reject(new Error(`GET ${path} answered ${response.statusCode}`));
        });
      }).on('error', reject);
    });
  }

  async load(path: string, requests: number): Promise<void> {
    let left = requests;
    const one = async (): Promise<void> => {
      while (left-- > 0) await this.get(path);
    };
    await Promise.all(Array.from({ length: CONCURRENCY }, one));
  }

  close(): void {
    this.#agent.destroy();
  }
}
