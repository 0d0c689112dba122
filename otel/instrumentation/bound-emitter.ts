import type { EventEmitter } from 'node:events';
import type { Context } from '@opentelemetry/api';
import type { Method } from './method-patch.ts';

/** On an emitter: the context its listeners run in. */
const BOUND = Symbol('bound context');
type BoundEmitter = EventEmitter & { [BOUND]?: Context };
type Listener = (this: unknown, ...args: unknown[]) => unknown;

/** Calls in a context; a context manager. */
export interface ContextRunner {
  with(context: Context, fn: Listener, thisArg: unknown, ...args: unknown[]): unknown;
  /** True for an event that comes in the right context anyway. */
  isNeedless?(emitter: EventEmitter, event: string | symbol): boolean;
}

/** The ways to add a listener; all others find a bound one by its `listener`, as node's own for `once` has it. */
export const ADDERS = ['on', 'addListener', 'prependListener', 'once', 'prependOnceListener'] as const;
export type Adder = (typeof ADDERS)[number];

const adders = new WeakSet<object>();

/** Listeners that are added from now on run in `context`; those that are there stay as they are. Once per emitter, and again for another context. */
export function bindEmitter(emitter: EventEmitter, context: Context, runner: ContextRunner): void {
  markBound(emitter, context);
  if (adders.has(emitter.on)) return;
  const natives = Object.fromEntries(ADDERS.map((name) => [name, emitter[name]])) as Record<Adder, Method>;
  for (const [name, value] of Object.entries(boundAdders(natives, runner)))
    Object.defineProperty(emitter, name, { value, writable: true, configurable: true });
}

/** For an emitter whose prototype has `boundAdders`. */
export function markBound(emitter: EventEmitter, context: Context): void {
  (emitter as BoundEmitter)[BOUND] = context;
}

/** Methods in the place of `natives`, for emitters that may be bound. */
export function boundAdders(
  natives: Readonly<Record<Adder, Method>>,
  runner: ContextRunner,
): Record<Adder, Method> {
  const adder = (name: Adder, native: 'on' | 'addListener' | 'prependListener', isOnce: boolean): Method => {
    function add(this: BoundEmitter, event: string | symbol, listener: Listener): unknown {
      const context = this[BOUND];
      if (context === undefined || runner.isNeedless?.(this, event) === true)
        return natives[name].call(this, event, listener) as unknown;
      // Node refuses what is no function, in its own words.
      if (typeof listener !== 'function') return natives[name].call(this, event, listener) as unknown;
      const bound = isOnce
        ? boundOnce(this, event, listener, context, runner)
        : boundListener(listener, context, runner);
      return natives[native].call(this, event, bound) as unknown;
    }
    adders.add(add);
    return add;
  };
  return {
    on: adder('on', 'on', false),
    addListener: adder('addListener', 'addListener', false),
    prependListener: adder('prependListener', 'prependListener', false),
    once: adder('once', 'on', true),
    prependOnceListener: adder('prependOnceListener', 'prependListener', true),
  };
}

function boundListener(listener: Listener, context: Context, runner: ContextRunner): Listener {
  function bound(this: unknown, ...args: unknown[]): unknown {
    return runner.with(context, listener, this, ...args);
  }
  return Object.assign(bound, { listener });
}

function boundOnce(
  emitter: EventEmitter,
  event: string | symbol,
  listener: Listener,
  context: Context,
  runner: ContextRunner,
): Listener {
  let isFired = false;
  function bound(this: unknown, ...args: unknown[]): unknown {
    if (isFired) return undefined;
    isFired = true;
    emitter.removeListener(event, bound);
    return runner.with(context, listener, this, ...args);
  }
  return Object.assign(bound, { listener });
}
