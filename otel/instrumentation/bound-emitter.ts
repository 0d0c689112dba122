import type { EventEmitter } from 'node:events';
import type { Context } from '@opentelemetry/api';
import type { Method } from './method-patch.ts';

/** Property of an emitter: the context its listeners run in. */
const BOUND = Symbol('bound context');
type BoundEmitter = EventEmitter & { [BOUND]?: Context };
type Listener = (this: unknown, ...args: unknown[]) => unknown;

/** Calls functions in a context; a context manager. */
export interface ContextRunner {
  with(context: Context, fn: Listener, thisArg: unknown, ...args: unknown[]): unknown;
  /** True for an event that is emitted in the right context anyway. */
  isNeedless?(emitter: EventEmitter, event: string | symbol): boolean;
}

/** Methods that add a listener; all others find a bound one by its `listener` property, as for Node's own `once` wrappers. */
export const ADDERS = ['on', 'addListener', 'prependListener', 'once', 'prependOnceListener'] as const;
export type Adder = (typeof ADDERS)[number];

const adders = new WeakSet<object>();

/** Runs listeners added from now on in `context`; existing ones stay as they are. Call it once per emitter, and again to change the context. */
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

/** Replacements of `natives` for emitters that may be bound. */
export function boundAdders(
  natives: Readonly<Record<Adder, Method>>,
  runner: ContextRunner,
): Record<Adder, Method> {
  const adder = (name: Adder, native: 'on' | 'addListener' | 'prependListener', isOnce: boolean): Method => {
    function add(this: BoundEmitter, event: string | symbol, listener: Listener): unknown {
      const context = this[BOUND];
      if (context === undefined || runner.isNeedless?.(this, event) === true)
        return natives[name].call(this, event, listener) as unknown;
      // Node rejects a non-function with its own message.
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
