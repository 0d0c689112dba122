import { untraced } from '../../../otel/kit.ts';
import type { HeartbeatFacts } from './alert-facts.ts';
import { createPost, type Post, type PostOptions } from './post-once.ts';

export const HEARTBEAT_MILLIS = 60_000;
const NOTHING = Buffer.alloc(0);

/**
 * Tells another host every minute that the blog runs, for a service that alerts when it hears nothing: the one alert that a blog cannot send
 * itself. A beat that fails is not repeated; the next one says the same.
 */
export class Heartbeat {
  readonly #post: Post;
  readonly #host: string;
  readonly #now: () => number;
  readonly #ending = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #last: HeartbeatFacts['last'];
  #heardMillis: number | undefined;

  /** @param options `now`: epoch milliseconds. */
  constructor(options: PostOptions & { readonly now: () => number }) {
    this.#post = createPost(options);
    this.#host = new URL(options.url).host;
    this.#now = options.now;
  }

  start(): void {
    untraced(() => {
      this.#timer = setInterval(() => void this.beat(), HEARTBEAT_MILLIS).unref();
      void this.beat();
    });
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#ending.abort();
  }

  /** Never rejects. */
  async beat(): Promise<void> {
    const { outcome, result } = await this.#post(NOTHING, {}, this.#ending.signal);
    this.#last = { atMillis: this.#now(), outcome, result };
    if (outcome === 'sent') this.#heardMillis = this.#last.atMillis;
  }

  facts(): HeartbeatFacts {
    return { host: this.#host, last: this.#last, heardMillis: this.#heardMillis };
  }
}
