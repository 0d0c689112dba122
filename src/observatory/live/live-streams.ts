import { PassThrough, type Transform } from 'node:stream';
import { constants, createGzip } from 'node:zlib';
import type { TelemetryQuery } from '../../../otel/query.ts';
import { LivePace } from './live-pace.ts';
import { LivePage, type DrawPage } from './live-page.ts';

/** Viewers at once, tabs included; each costs one open connection, and some 300 kB where it is compressed. */
const MAX_VIEWERS = 40;
/** Shorter than the idle timeouts of common proxies. */
const HEARTBEAT_MILLIS = 15_000;
/** What is written leaves at once; what was sent before stays in the window, so that equal markup costs next to nothing. */
const FLUSHED = { flush: constants.Z_SYNC_FLUSH };

interface Viewer {
  readonly stream: Transform;
  readonly page: LivePage;
  readonly isAllowed: () => boolean;
  /** Id of the moment it has. */
  seen: string;
  toldSeconds: number;
}

export interface ViewerOptions {
  /** False once the session that opened the stream has ended. Default: everybody may look. */
  readonly isAllowed?: () => boolean;
  /** The viewer understands gzip. */
  readonly gzip?: boolean;
  /** Of the last event that a viewer has who comes back. */
  readonly lastEventId?: string;
}

/**
 * Server-sent events for whoever looks: what changed in a page since the event before, drawn anew when telemetry changed, once per address
 * however many look at it, one page after the other at the pace that LivePace allows, and not at all while nobody looks. An event carries
 * its moment's digest as id: a viewer who comes back with it as Last-Event-ID gets what changed and nothing twice. Before each event, at
 * each beat and when somebody else wants in, a viewer's right to look is asked for again; who has lost it is cut off.
 */
export class LiveStreams {
  readonly #telemetry: Pick<TelemetryQuery, 'onChange'>;
  readonly #viewers = new Set<Viewer>();
  readonly #pages = new Map<string, LivePage>();
  readonly #pace = new LivePace();
  #unsubscribe: (() => void) | undefined;
  #heartbeat: NodeJS.Timeout | undefined;
  #turn: NodeJS.Timeout | undefined;
  /** Nothing is drawn before. */
  #pausedToMillis = -Infinity;
  #isDrawing = false;
  #change = 0;

  constructor(telemetry: Pick<TelemetryQuery, 'onChange'>) {
    this.#telemetry = telemetry;
  }

  get viewers(): number {
    return this.#viewers.size;
  }

  /** A stream for one viewer of an address; undefined when there are too many. */
  connect(
    address: string,
    draw: DrawPage,
    { isAllowed = () => true, gzip = false, lastEventId = '' }: ViewerOptions = {},
  ): Transform | undefined {
    if (this.#viewers.size >= MAX_VIEWERS) this.endRefused();
    if (this.#viewers.size >= MAX_VIEWERS) return undefined;
    let page = this.#pages.get(address);
    if (page === undefined) this.#pages.set(address, (page = new LivePage(address, draw)));
    const stream = gzip ? createGzip(FLUSHED) : new PassThrough();
    const viewer: Viewer = { stream, page, isAllowed, seen: lastEventId, toldSeconds: 0 };
    this.#viewers.add(viewer);
    stream.on('close', () => this.#leave(viewer));
    stream.on('error', () => this.#leave(viewer));
    stream.write('retry: 2000\n: connected\n\n');
    this.#send(viewer);
    if (this.#unsubscribe === undefined) {
      // Nobody was told what changed meanwhile.
      this.#change++;
      this.#unsubscribe = this.#telemetry.onChange(() => this.#changed());
    }
    this.#heartbeat ??= setInterval(() => this.#beat(), HEARTBEAT_MILLIS).unref();
    this.#schedule();
    return stream;
  }

  /** Cuts off whoever may look no longer. Not `end`: what is still queued is not for them either. */
  endRefused(viewers: Iterable<Viewer> = this.#viewers): void {
    for (const viewer of viewers) {
      if (isAllowed(viewer)) continue;
      viewer.stream.destroy();
      this.#leave(viewer);
    }
  }

  /** Ends every stream, so that a server can close. */
  close(): void {
    for (const viewer of this.#viewers) {
      // Who does not read would keep the end waiting.
      if (viewer.stream.writableNeedDrain) viewer.stream.destroy();
      else viewer.stream.end();
      this.#leave(viewer);
    }
  }

  #leave(viewer: Viewer): void {
    if (!this.#viewers.delete(viewer)) return;
    const { page } = viewer;
    if (this.#viewersOf(page).length === 0) {
      this.#pages.delete(page.address);
      this.#pace.left(page.address);
    }
    if (this.#viewers.size > 0) return;
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
    clearInterval(this.#heartbeat);
    this.#heartbeat = undefined;
    clearTimeout(this.#turn);
    this.#turn = undefined;
  }

  #viewersOf(page: LivePage): readonly Viewer[] {
    return [...this.#viewers].filter((viewer) => viewer.page === page);
  }

  #beat(): void {
    this.endRefused();
    for (const { stream } of this.#viewers) if (!stream.writableNeedDrain) stream.write(': still here\n\n');
  }

  #changed(): void {
    this.#change++;
    for (const page of this.#pages.values()) page.isStale = true;
    this.#schedule();
  }

  /** The page that is due first has the next turn. */
  #schedule(): void {
    if (this.#isDrawing || this.#turn !== undefined) return;
    const stale = [...this.#pages.values()].filter((page) => page.isStale);
    const [next] = stale.sort((a, b) => a.dueMillis - b.dueMillis);
    if (next === undefined) return;
    const now = performance.now();
    const due = Math.max(now, next.dueMillis, this.#pausedToMillis);
    this.#turn = setTimeout(() => {
      this.#turn = undefined;
      void this.#draw(next, performance.now() - due).finally(() => this.#schedule());
    }, due - now).unref();
  }

  /** Draws one page, a step in each turn of the event loop, so that readers are answered in between. */
  async #draw(page: LivePage, lateMillis: number): Promise<void> {
    this.#isDrawing = true;
    page.isStale = false;
    page.drawnMillis = performance.now();
    let cost = 0;
    const step = <T>(work: () => T): T => {
      const before = performance.now();
      try {
        return work();
      } finally {
        cost += performance.now() - before;
      }
    };
    try {
      this.endRefused(this.#viewersOf(page));
      const drawing = page.draw(this.#change);
      let drawn = step(() => drawing.next());
      while (drawn.done !== true) {
        await nextTurn();
        drawn = step(() => drawing.next());
      }
      const fragments = drawn.value;
      await nextTurn();
      step(() => page.show(fragments));
      for (const viewer of this.#viewersOf(page)) this.#send(viewer);
    } catch {
      // The page that could not be drawn says so when it is loaded; the stream goes on.
    } finally {
      this.#isDrawing = false;
      if (this.#pages.get(page.address) === page)
        this.#pausedToMillis = performance.now() + this.#pace.drawn(page.address, cost, lateMillis);
    }
  }

  /** A viewer whose line is full is passed over; it gets the whole of a later moment. */
  #send(viewer: Viewer): void {
    const { stream, page } = viewer;
    const { moment } = page;
    if (moment === undefined || moment.id === viewer.seen || stream.writableNeedDrain || stream.destroyed)
      return;
    const seconds = Math.round(Math.max(this.#pace.intervalMillis, page.restMillis) / 1000);
    const pace = seconds === viewer.toldSeconds ? '' : `event: pace\ndata: ${seconds}\n\n`;
    stream.write(`${pace}${moment.before === viewer.seen ? moment.changes : moment.whole}`);
    viewer.seen = moment.id;
    viewer.toldSeconds = seconds;
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Who cannot be asked about may not look: a database that fails opens nothing. */
function isAllowed(viewer: Viewer): boolean {
  try {
    return viewer.isAllowed();
  } catch {
    return false;
  }
}
