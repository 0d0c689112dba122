import { createHash } from 'node:crypto';
import { PassThrough } from 'node:stream';
import type { TelemetryQuery } from '../../../otel/query.ts';

/** Viewers at once, tabs included; each costs one open connection. */
const MAX_VIEWERS = 40;
/** A viewer gets at most one update in this time. */
const MIN_INTERVAL_MILLIS = 1000;
/** Shorter than the idle timeouts of common proxies. */
const HEARTBEAT_MILLIS = 15_000;

/** What a viewer is shown, as events: name to markup. */
export type Fragments = Readonly<Record<string, string>>;

interface Viewer {
  readonly stream: PassThrough;
  readonly address: string;
  readonly render: () => Fragments;
  readonly isAllowed: () => boolean;
  /** Digest of what was last sent. */
  seen: string;
}

const open = new Set<LiveStreams>();

/** Who may look, asked for the whole time of the stream. */
export interface ViewerRights {
  /** False once the session that opened the stream has ended. */
  readonly isAllowed: () => boolean;
}

const EVERYBODY: ViewerRights = { isAllowed: () => true };

/** Ends every live stream, so that a server can close. */
export function closeLiveStreams(): void {
  for (const streams of open) streams.close();
}

/**
 * Server-sent events for whoever looks: the fragments of a page, drawn anew when telemetry changed, at most once a second, once per
 * address however many look at it, and not at all while nobody does. An event carries its state's digest as id, so that a viewer who
 * comes back with it as Last-Event-ID gets what changed and nothing twice. Before each event, at each beat and when somebody else wants
 * in, a viewer's right to look is asked for again; who has lost it is cut off.
 */
export class LiveStreams {
  readonly #telemetry: Pick<TelemetryQuery, 'onChange'>;
  readonly #minIntervalMillis: number;
  readonly #viewers = new Set<Viewer>();
  #unsubscribe: (() => void) | undefined;
  #heartbeat: NodeJS.Timeout | undefined;
  #pending: NodeJS.Timeout | undefined;
  #lastMillis = -Infinity;

  constructor(
    telemetry: Pick<TelemetryQuery, 'onChange'>,
    options: { readonly minIntervalMillis?: number } = {},
  ) {
    this.#telemetry = telemetry;
    this.#minIntervalMillis = options.minIntervalMillis ?? MIN_INTERVAL_MILLIS;
  }

  get viewers(): number {
    return this.#viewers.size;
  }

  /** A stream for one viewer of an address; undefined when there are too many. */
  connect(
    address: string,
    render: () => Fragments,
    lastEventId = '',
    { isAllowed }: ViewerRights = EVERYBODY,
  ): PassThrough | undefined {
    if (this.#viewers.size >= MAX_VIEWERS) this.endRefused();
    if (this.#viewers.size >= MAX_VIEWERS) return undefined;
    const viewer: Viewer = { stream: new PassThrough(), address, render, isAllowed, seen: lastEventId };
    this.#viewers.add(viewer);
    open.add(this);
    viewer.stream.on('close', () => this.#leave(viewer));
    viewer.stream.on('error', () => this.#leave(viewer));
    viewer.stream.write('retry: 2000\n: connected\n\n');
    this.#send(viewer, new Map());
    this.#unsubscribe ??= this.#telemetry.onChange(() => this.#changed());
    this.#heartbeat ??= setInterval(() => this.#beat(), HEARTBEAT_MILLIS).unref();
    return viewer.stream;
  }

  /** Cuts off whoever may look no longer. Not `end`: what is still queued is not for them either. */
  endRefused(): void {
    for (const viewer of this.#viewers) {
      if (isAllowed(viewer)) continue;
      viewer.stream.destroy();
      this.#leave(viewer);
    }
  }

  close(): void {
    for (const viewer of this.#viewers) {
      // Who does not read would keep the end waiting.
      if (viewer.stream.writableNeedDrain) viewer.stream.destroy();
      else viewer.stream.end();
      this.#leave(viewer);
    }
  }

  #leave(viewer: Viewer): void {
    this.#viewers.delete(viewer);
    if (this.#viewers.size > 0) return;
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
    clearInterval(this.#heartbeat);
    this.#heartbeat = undefined;
    clearTimeout(this.#pending);
    this.#pending = undefined;
    open.delete(this);
  }

  #beat(): void {
    this.endRefused();
    for (const { stream } of this.#viewers) if (!stream.writableNeedDrain) stream.write(': still here\n\n');
  }

  #changed(): void {
    if (this.#pending !== undefined) return;
    const wait = Math.max(0, this.#lastMillis + this.#minIntervalMillis - performance.now());
    this.#pending = setTimeout(() => {
      this.#pending = undefined;
      this.#lastMillis = performance.now();
      this.endRefused();
      const drawn = new Map<string, Drawn>();
      for (const viewer of this.#viewers) this.#send(viewer, drawn);
    }, wait).unref();
  }

  /** A viewer whose line is full is passed over; it gets the state of a later moment. */
  #send(viewer: Viewer, drawn: Map<string, Drawn>): void {
    if (viewer.stream.writableNeedDrain || viewer.stream.destroyed) return;
    let state = drawn.get(viewer.address);
    if (state === undefined) {
      try {
        state = eventsOf(viewer.render());
      } catch {
        // The page that could not be drawn says so when it is loaded; the stream goes on.
        return;
      }
      drawn.set(viewer.address, state);
    }
    if (state.id === viewer.seen) return;
    viewer.seen = state.id;
    viewer.stream.write(state.text);
  }
}

/** Who cannot be asked about may not look: a database that fails opens nothing. */
function isAllowed(viewer: Viewer): boolean {
  try {
    return viewer.isAllowed();
  } catch {
    return false;
  }
}

interface Drawn {
  readonly id: string;
  readonly text: string;
}

/** One event per fragment; the id stands with the last, so that a cut in between repeats them all. */
export function eventsOf(fragments: Fragments): Drawn {
  const id = createHash('sha256').update(JSON.stringify(fragments)).digest('base64url').slice(0, 16);
  const entries = Object.entries(fragments);
  const text = entries
    .map(([name, markup], index) => {
      const data = markup
        .split(/\r\n|\r|\n/)
        .map((line) => `data: ${line}\n`)
        .join('');
      return `${index === entries.length - 1 ? `id: ${id}\n` : ''}event: ${name}\n${data}\n`;
    })
    .join('');
  return { id, text };
}
