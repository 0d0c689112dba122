import { url as inspectorUrl } from 'node:inspector';
import { context, ROOT_CONTEXT } from '@opentelemetry/api';
import type { Clock } from '../base/clock.ts';
import type { Guard } from '../base/guard.ts';
import type { Stall, StallFacts, StallWatchState } from '../base/stall.ts';
import type { EndedSpan } from '../spans/operation.ts';
import type { ActiveRequest, ActiveRequests, RequestListener } from './active-requests.ts';
import { LateArrivals } from './late-arrivals.ts';
import type { SeenRequest } from './seen-request.ts';
import { activeSpan, longOperation, mayBlock, type LongOperation } from './stall-evidence.ts';
import { extentOf, finishedStall, type FoundStall, stallsOfTurn } from './finished-stall.ts';
import type { Beat, PendingStall, Probed } from './pending-stall.ts';
import { isWithin, type UntracedRequest } from './stall-turns.ts';
import { StallLink } from './stall-link.ts';
import { WaitingConnections } from './waiting-connections.ts';
import type { OwnCodeWatch } from './own-code-watch.ts';
import type { Profiles } from './profiles.ts';
import { stackNow } from './stack-lines.ts';
import {
  BEAT,
  type FromStallThread,
  idleMillis,
  monotonicMicros,
  type SampledStall,
  sharedMillis,
} from './stall-messages.ts';

/** Each wakes the process and the thread. */
const BEATS_PER_THRESHOLD = 3;
/** A stall of the threshold is asked for its span before it ends: it began within a beat, and the thread looks once in a beat. */
const PROBE_BEATS = 1.75;
const MIN_BEAT_MILLIS = 20;
const MAX_BEAT_MILLIS = 200;
/** Without the samples of a stall for so long after it, and after those that follow in a row, it is recorded without them. */
const SAMPLES_MILLIS = 3000;
/** A row that does not end. */
const MAX_ROW_NANOS = 30e9;
/** Requests seen around one stall, long operations since the last turns, and stalls whose samples are awaited. */
const MAX_REQUESTS = 1000;
const MAX_LONG = 100;
const MAX_PENDING = 40;
const LONG_MILLIS = 10_000;
/** How often is checked whether somebody uses the inspector. */
const LOOK_MILLIS = 1000;
const PROBE = Symbol.for('telemetry.stall.probe');

export interface StallWatchOptions {
  /** Shortest stall that is recorded, milliseconds. */
  readonly thresholdMillis: number;
  readonly guard: Guard;
  readonly clock: Clock;
  readonly active: ActiveRequests;
  readonly processStartedAtMillis: number;
  /** While modules are loaded, nobody waits. */
  readonly isStarting: () => boolean;
  /** Handles deferred spans. */
  readonly settle: () => void;
  readonly onStall: (stall: Stall) => void;
  /** Receives what comes of `profile`. */
  readonly profiles?: Pick<Profiles, 'receive' | 'lost'>;
  /** Is told of requests and of what the thread says about them. */
  readonly ownCode?: OwnCodeWatch;
  /** Default: the address of this process's inspector. */
  readonly inspectorUrl?: () => string | undefined;
}

/**
 * Notices when the event loop does not turn, and says what blocked it: a thread samples the call stacks of this one, and asks it for its active span
 * while it is blocked. Steps aside while somebody uses the inspector. Faults are counted; nothing is thrown.
 */
export class StallWatch {
  readonly #options: StallWatchOptions;
  readonly #beatMillis: number;
  #link: StallLink | undefined;
  #timer: NodeJS.Timeout | undefined;
  #state: StallWatchState = { is: 'off' };
  #beatNanos = 0;
  #beatMicros = 0;
  #beatIdleMillis = 0;
  #lookedNanos = 0;
  #probed: Probed | undefined;
  #ended: SeenRequest[] = [];
  #untraced: UntracedRequest[] = [];
  #long: LongOperation[] = [];
  readonly #pending = new Map<number, PendingStall>();
  #lastId = 0;
  readonly #connections = new WaitingConnections();
  readonly #onExit = (): void => this.#guarded(() => this.#link?.endNow());

  constructor(options: StallWatchOptions) {
    this.#options = options;
    const beat = Math.round(options.thresholdMillis / BEATS_PER_THRESHOLD);
    this.#beatMillis = Math.min(MAX_BEAT_MILLIS, Math.max(MIN_BEAT_MILLIS, beat));
  }

  get facts(): Pick<StallFacts, 'watch' | 'thresholdMillis'> {
    return { watch: this.#state, thresholdMillis: this.#options.thresholdMillis };
  }

  /** Answers to `profiles`. */
  profile(id: number, millis: number, intervalMicros: number): void {
    this.#link?.tell({ kind: 'profile', id, millis, intervalMicros });
  }

  /** Does nothing with a threshold of 0. */
  start(): void {
    const { thresholdMillis, active, ownCode } = this.#options;
    if (thresholdMillis === 0 || this.#timer !== undefined) return;
    const listener: RequestListener = {
      began: (request) => this.#onRequest(request),
      ended: (request) => this.#onRequestEnd(request),
      passed: (path) => this.#onUntraced(path),
    };
    active.listener = ownCode?.with(listener) ?? listener;
    Object.defineProperty(globalThis, PROBE, { value: () => this.#probe(), configurable: true });
    process.on('exit', this.#onExit);
    this.#beginBeat();
    // Outside any request, so that the timer retains none (G3).
    context.with(ROOT_CONTEXT, () => {
      this.#timer = setInterval(() => this.#guarded(() => this.#beat()), this.#beatMillis).unref();
    });
    // A process that ends within a second needs no thread.
    this.#lookedNanos = this.#beatNanos;
    this.#state = { is: 'starting' };
  }

  /** Records what is pending; resolves when the thread has ended. */
  async stop(): Promise<void> {
    if (this.#timer === undefined) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    process.removeListener('exit', this.#onExit);
    this.#options.active.listener = undefined;
    this.#finishAll('telemetry was stopped');
    await this.#link?.end();
    this.#link = undefined;
    Reflect.deleteProperty(globalThis, PROBE);
    this.#state = { is: 'off' };
  }

  /** Every ended operation; only long statements and renders are remembered. */
  note(operation: EndedSpan): void {
    const isShort = operation.durationNanos / 1e6 < this.#options.thresholdMillis / 2;
    if (isShort || this.#timer === undefined || !mayBlock(operation)) return;
    this.#long.push(longOperation(operation));
    if (this.#long.length > MAX_LONG) this.#long.shift();
  }

  /** Called by the thread, in the middle of whatever runs. */
  #probe(): void {
    this.#guarded(() => {
      const nanos = this.#options.clock.monotonicNanos();
      this.#probed = { span: activeSpan(), stack: stackNow(), nanos };
    });
  }

  #beginBeat(): void {
    this.#beatNanos = this.#options.clock.monotonicNanos();
    this.#beatMicros = monotonicMicros();
    this.#beatIdleMillis = idleMillis();
    if (this.#link !== undefined) Atomics.store(this.#link.shared, BEAT, sharedMillis());
  }

  #beat(): void {
    const { thresholdMillis, clock, isStarting, ownCode } = this.#options;
    const from = { nanos: this.#beatNanos, micros: this.#beatMicros, idleMillis: this.#beatIdleMillis };
    const probed = this.#probed;
    this.#probed = undefined;
    this.#beginBeat();
    const millis = (this.#beatNanos - from.nanos) / 1e6;
    if (millis >= thresholdMillis && !isStarting()) this.#noteTurn(from, probed);
    this.#ended = [];
    this.#untraced = [];
    const link = this.#state.is === 'watching' ? this.#link : undefined;
    ownCode?.turn(this.#beatNanos, link && ((asked) => link.tell({ kind: 'requests', asked })));
    if (this.#beatNanos - this.#lookedNanos >= LOOK_MILLIS * 1e6) this.#look();
    const oldest = clock.now() - LONG_MILLIS;
    while ((this.#long[0]?.endMillis ?? Infinity) < oldest) this.#long.shift();
  }

  #noteTurn(from: Beat, probed: Probed | undefined): void {
    const open = [...this.#options.active.open].slice(0, MAX_REQUESTS);
    const bounds = {
      fromNanos: from.nanos,
      sleptMillis: this.#beatIdleMillis - from.idleMillis,
      idleMillis: this.#beatIdleMillis,
      requests: [...this.#ended, ...open.map((request) => ({ request }))],
    };
    const shortestNanos = this.#options.thresholdMillis * 1e6;
    // Neither the thread nor connections that wait can come meanwhile.
    for (const { timer, toNanos } of this.#pending.values())
      if (this.#beatNanos - toNanos < MAX_ROW_NANOS) timer.refresh();
    for (const stall of stallsOfTurn(bounds, this.#beatNanos, this.#untraced, shortestNanos))
      this.#noteStall(stall, probed);
  }

  #noteStall(stall: FoundStall, probed: Probed | undefined): void {
    // The oldest does not wait any longer.
    if (this.#pending.size >= MAX_PENDING) this.#finish(Math.min(...this.#pending.keys()), undefined);
    const id = ++this.#lastId;
    const isSampled = this.#state.is === 'watching';
    const microsAt = (nanos: number): number => this.#beatMicros - (this.#beatNanos - nanos) / 1000;
    const pending: PendingStall = {
      ...stall,
      requests: [...stall.requests],
      toMicros: microsAt(stall.toNanos),
      atMillis: this.#options.clock.now() - (this.#beatNanos - stall.toNanos) / 1e6,
      probed,
      late: new LateArrivals(() => {
        pending.late = undefined;
        if (!isSampled || pending.sampled !== undefined)
          this.#guarded(() => this.#finish(id, pending.sampled));
      }, this.#connections),
      timer: this.#later(() => this.#finish(id, undefined)),
    };
    this.#pending.set(id, pending);
    if (!isSampled) return;
    const stack = probed !== undefined && isWithin(stall.parts, probed.nanos) ? probed.stack : undefined;
    const { toMicros } = pending;
    this.#link?.tell({ kind: 'stall', id, fromMicros: microsAt(stall.fromNanos), toMicros, stack });
  }

  /** After a stall that lasted longer than that, what the thread has said meanwhile is read first. */
  #later(work: () => void): NodeJS.Timeout {
    const afterReading = (): void => void setImmediate(() => this.#guarded(work));
    return context.with(ROOT_CONTEXT, () => setTimeout(afterReading, SAMPLES_MILLIS).unref());
  }

  #onRequest(request: ActiveRequest): void {
    if (this.#pending.size === 0) return;
    for (const { late, requests } of this.#pending.values())
      if (late?.includes(request) === true && requests.length < MAX_REQUESTS) requests.push({ request });
  }

  #onRequestEnd(request: ActiveRequest): void {
    if (this.#ended.length >= MAX_REQUESTS) return;
    const ended = { nanos: this.#options.clock.monotonicNanos(), idleMillis: idleMillis() };
    this.#ended.push({ request, ended });
  }

  #onUntraced(path: string): void {
    const startNanos = this.#options.clock.monotonicNanos();
    if (this.#untraced.length < MAX_REQUESTS) this.#untraced.push({ startNanos, path });
  }

  /** @param sampled Undefined if nothing could be sampled. */
  #finish(id: number, sampled: SampledStall | undefined): void {
    const pending = this.#pending.get(id);
    if (pending === undefined || !this.#pending.delete(id)) return;
    clearTimeout(pending.timer);
    pending.late?.end();
    const { thresholdMillis, onStall, settle, processStartedAtMillis } = this.#options;
    const extent = extentOf(pending, sampled, this.#beatMillis);
    if (extent.durationMillis < thresholdMillis) return;
    settle();
    onStall({ ...finishedStall(pending, extent, sampled, this.#long), processStartedAtMillis });
  }

  /** Steps aside for a person with the inspector, and comes back. */
  #look(): void {
    this.#lookedNanos = this.#beatNanos;
    const { is } = this.#state;
    const address = (this.#options.inspectorUrl ?? inspectorUrl)();
    if (address !== undefined) {
      if (is === 'aside') return;
      void this.#link?.end();
      this.#link = undefined;
      this.#state = { is: 'aside', reason: 'the inspector of this process is open' };
      this.#finishAll(this.#state.reason);
    } else if (this.#link === undefined && is !== 'failed') this.#connect();
  }

  #connect(): void {
    this.#state = { is: 'starting' };
    this.#link = new StallLink({
      beat: sharedMillis(),
      beatMillis: this.#beatMillis,
      probeAfterMillis: PROBE_BEATS * this.#beatMillis,
      probe: `globalThis[Symbol.for('${PROBE.description}')]?.()`,
      onMessage: (message) => this.#guarded(() => this.#onMessage(message)),
      onFailure: (error) => this.#fail(error),
    });
  }

  #onMessage(message: FromStallThread): void {
    if (message.kind === 'watching') this.#state = { is: 'watching' };
    else if (message.kind === 'sampled') this.#onSampled(message.id, message);
    else if (message.kind === 'requests read') this.#options.ownCode?.receive(message.read);
    else if (message.kind !== 'failed') this.#options.profiles?.receive(message);
  }

  #onSampled(id: number, sampled: SampledStall): void {
    const pending = this.#pending.get(id);
    if (pending?.late === undefined) this.#finish(id, sampled);
    else pending.sampled = sampled;
  }

  #fail(error: Error): void {
    this.#link = undefined;
    this.#state = { is: 'failed', reason: error.message };
    this.#options.guard.report('stall watch', error);
    this.#finishAll(error.message);
  }

  /** Without the samples that are still awaited. */
  #finishAll(reason = ''): void {
    this.#options.profiles?.lost(undefined, reason);
    this.#options.ownCode?.lost(reason);
    for (const id of this.#pending.keys()) this.#guarded(() => this.#finish(id, undefined));
  }

  #guarded(work: () => void): void {
    this.#options.guard.run('stall watch', work, undefined);
  }
}
