import { untraced } from '../../../otel/kit.ts';
import { PassThrough, type Transform } from 'node:stream';
import { constants, createGzip } from 'node:zlib';
import type { TelemetryQuery } from '../../../otel/query.ts';
import { LivePace } from './live-pace.ts';
import { LivePage, type DrawPage } from './live-page.ts';

/** Limit of viewers, tabs included; each has an open connection and some 300 kB if compressed. */
const MAX_VIEWERS = 40;
/** Heartbeat interval, shorter than the idle timeouts of common proxies. */
const HEARTBEAT_MILLIS = 15_000;
/** Flushes each write; earlier output stays in the window, so that repeated markup compresses well. */
const FLUSHED = { flush: constants.Z_SYNC_FLUSH };

interface Viewer {
  readonly stream: Transform;
  readonly page: LivePage;
  readonly isAllowed: () => boolean;
  /** Id of the moment that it has. */
  seen: string;
  sentSeconds: number;
}

export interface ViewerOptions {
  /** Returns false after the session of the viewer ended. Default: everyone is allowed. */
  readonly isAllowed?: () => boolean;
  /** The viewer understands gzip. */
  readonly gzip?: boolean;
  /** Last-Event-ID of a returning viewer. */
  readonly lastEventId?: string;
}

/**
 * Server-sent events with the changes of a page since the previous event. A page is drawn when telemetry changed, once per address for all
 * its viewers, one page after the other at the pace of LivePace, and not at all without viewers. The id of an event is the digest of its
 * moment: a viewer who returns with it as Last-Event-ID gets only the changes. Viewers are checked again before each event, at each
 * heartbeat and when a new viewer arrives; the stream of one who is no longer allowed is closed.
 */
export class LiveStreams {
  readonly #telemetry: Pick<TelemetryQuery, 'onChange'>;
  readonly #viewers = new Set<Viewer>();
  readonly #pages = new Map<string, LivePage>();
  readonly #pace = new LivePace();
  #unsubscribe: (() => void) | undefined;
  #heartbeat: NodeJS.Timeout | undefined;
  #turn: NodeJS.Timeout | undefined;
  /** The next page is not drawn before. */
  #pausedToMillis = -Infinity;
  #isDrawing = false;
  #change = 0;

  constructor(telemetry: Pick<TelemetryQuery, 'onChange'>) {
    this.#telemetry = telemetry;
  }

  get viewers(): number {
    return this.#viewers.size;
  }

  /** Opens a stream for a viewer of an address; undefined if there are too many. */
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
    const viewer: Viewer = { stream, page, isAllowed, seen: lastEventId, sentSeconds: 0 };
    this.#viewers.add(viewer);
    stream.on('close', () => this.#leave(viewer));
    stream.on('error', () => this.#leave(viewer));
    stream.write('retry: 2000\n: connected\n\n');
    this.#send(viewer);
    if (this.#unsubscribe === undefined) {
      // There were no viewers, so changes since then were not noticed.
      this.#change++;
      this.#unsubscribe = this.#telemetry.onChange(() => this.#changed());
    }
    this.#heartbeat ??= setInterval(() => this.#beat(), HEARTBEAT_MILLIS).unref();
    this.#schedule();
    return stream;
  }

  /** Closes the streams of viewers who are no longer allowed. Not with `end`, which would flush queued events. */
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
      // A viewer who does not read would delay the end.
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

  /** Schedules the page that is due first. */
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

  /** Draws one page, one step per turn of the event loop, so that requests are answered in between. */
  async #draw(page: LivePage, lateMillis: number): Promise<void> {
    this.#isDrawing = true;
    page.isStale = false;
    page.drawnMillis = performance.now();
    let cost = 0;
    const step = <T>(work: () => T): T => {
      const before = performance.now();
      try {
        return untraced(work);
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
      // A page that fails shows the error when it is loaded; the stream continues.
    } finally {
      this.#isDrawing = false;
      if (this.#pages.get(page.address) === page)
        this.#pausedToMillis = performance.now() + this.#pace.drawn(page.address, cost, lateMillis);
    }
  }

  /** A viewer whose buffer is full is skipped; it gets a later moment completely. */
  #send(viewer: Viewer): void {
    const { stream, page } = viewer;
    const { moment } = page;
    if (moment === undefined || moment.id === viewer.seen || stream.writableNeedDrain || stream.destroyed)
      return;
    const seconds = Math.round(Math.max(this.#pace.intervalMillis, page.restMillis) / 1000);
    const pace = seconds === viewer.sentSeconds ? '' : `event: pace\ndata: ${seconds}\n\n`;
    stream.write(`${pace}${moment.before === viewer.seen ? moment.changes : moment.whole}`);
    viewer.seen = moment.id;
    viewer.sentSeconds = seconds;
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** A failed check counts as not allowed. */
function isAllowed(viewer: Viewer): boolean {
  try {
    return viewer.isAllowed();
  } catch {
    return false;
  }
}
