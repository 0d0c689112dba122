import { AsyncLocalStorage } from 'node:async_hooks';
import { EventEmitter } from 'node:events';
import { type Context, type ContextManager, ROOT_CONTEXT } from '@opentelemetry/api';
import { bindEmitter } from './bound-emitter.ts';

/** Propagates the active Context through promises, timers and callbacks with AsyncLocalStorage. */
export class AsyncContextManager implements ContextManager {
  readonly #storage = new AsyncLocalStorage<Context>();

  active(): Context {
    return this.#storage.getStore() ?? ROOT_CONTEXT;
  }

  with<A extends unknown[], F extends (...args: A) => ReturnType<F>>(
    context: Context,
    fn: F,
    thisArg?: ThisParameterType<F>,
    ...args: A
  ): ReturnType<F> {
    if (thisArg === undefined) return this.#storage.run(context, fn, ...args);
    return this.#storage.run(context, () =>
      Reflect.apply<ThisParameterType<F>, A, ReturnType<F>>(fn, thisArg, args),
    );
  }

  /** Wraps functions, and listeners added to an event emitter from now on. Anything else is returned unchanged. */
  bind<T>(context: Context, target: T): T {
    if (target instanceof EventEmitter && Object.isExtensible(target)) bindEmitter(target, context, this);
    if (typeof target !== 'function') return target;
    const storage = this.#storage;
    const bound = function (this: unknown, ...args: unknown[]): unknown {
      return storage.run(context, () => Reflect.apply(target, this, args) as unknown);
    };
    Object.defineProperty(bound, 'length', { value: target.length, configurable: true });
    return bound as T;
  }

  /** False if Node lacks `AsyncLocalStorage.enterWith`. */
  get canEnter(): boolean {
    return typeof this.#storage.enterWith === 'function';
  }

  /**
   * Makes `context` active for the rest of the callback that Node is running. Only for use inside a native callback, whose end also ends the
   * context; use `with` anywhere else.
   */
  enter(context: Context): void {
    this.#storage.enterWith(context);
  }

  enable(): this {
    return this;
  }

  disable(): this {
    this.#storage.disable();
    return this;
  }
}
