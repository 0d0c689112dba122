import { types } from 'node:util';
import { context } from '@opentelemetry/api';
import { isTracingSuppressed } from '@opentelemetry/core';
import type { Guard } from '../base/guard.ts';
import { type Method, patchMethod } from './method-patch.ts';

/** The exports of `http` or `https`. */
export interface Calls {
  readonly request: Method;
  readonly get: Method;
}
type Fields = Record<string, unknown>;
type Options = Record<PropertyKey, unknown>;

/** Property of the options of a call whose headers were given as a list: that list. */
const LIST = Symbol('headers');

/** False for a module namespace: a method patched there is not the one that is called. */
export function canGuardCalls(exports: unknown): exports is Calls {
  return (
    typeof exports === 'object' &&
    exports !== null &&
    !types.isModuleNamespaceObject(exports) &&
    !types.isProxy(exports)
  );
}

/**
 * Goes below instrumentation-http (0.301), which converts headers given as a list to an object and loses some: sends the list, plus what
 * propagators added. Patch it before, and `guardCallsAbove` after instrumentation-http. Returns a function that restores.
 */
export function guardCallsBelow(calls: Calls, guard: Guard): () => void {
  return patchMethod(
    calls,
    'request',
    (bare) =>
      function (this: unknown, ...args: unknown[]): unknown {
        return Reflect.apply(
          bare,
          this,
          guard.run('http call', () => withList(args), args),
        );
      },
  );
}

/**
 * Goes above instrumentation-http: untraced calls use `bare`, headers given as a list are presented as an object, and an `undefined` between
 * address and callback does not lose the callback. Returns a function that restores.
 */
export function guardCallsAbove(calls: Calls, bare: Calls, guard: Guard): () => void {
  const restores = (['request', 'get'] as const).map((name) =>
    patchMethod(
      calls,
      name,
      (traced) =>
        function (this: unknown, ...args: unknown[]): unknown {
          if (guard.run('http call', () => isTracingSuppressed(context.active()), false))
            return Reflect.apply(bare[name], this, args);
          return Reflect.apply(
            traced,
            this,
            guard.run('http call', () => withoutList(args), args),
          );
        },
    ),
  );
  return () => {
    for (const restore of restores) restore();
  };
}

/** `(options, callback?)` or `(address, options?, callback?)`, as Node accepts. */
function withoutList(args: readonly unknown[]): unknown[] {
  const isAddressFirst = typeof args[0] === 'string' || args[0] instanceof URL;
  const at = isAddressFirst ? 1 : 0;
  if (isAddressFirst && args.length > 1 && (args[1] === undefined || args[1] === null))
    return args.toSpliced(1, 1);
  const options = args[at];
  if (!isObject(options) || !Array.isArray(options['headers'])) return [...args];
  const list: readonly unknown[] = options['headers'];
  return args.with(at, { ...options, headers: fieldsOf(list), [LIST]: list });
}

function withList(args: readonly unknown[]): unknown[] {
  const [options] = args;
  if (!isObject(options) || !Array.isArray(options[LIST])) return [...args];
  const { [LIST]: list, ...rest } = options as { readonly [LIST]: readonly unknown[] } & Options;
  // Node rejects it with a message about the original value.
  if (!isPaired(list) && list.length % 2 === 1) return args.with(0, { ...rest, headers: list });
  const given = fieldsOf(list);
  const added = Object.entries((options['headers'] ?? {}) as Fields).filter(([name]) => !(name in given));
  return args.with(0, { ...rest, headers: [...list, ...(isPaired(list) ? added : added.flat())] });
}

/** By lower-case name; for the instrumentation only, never sent. */
function fieldsOf(list: readonly unknown[]): Fields {
  const fields: Fields = {};
  if (isPaired(list)) for (const [name, value] of list) fields[String(name).toLowerCase()] = value;
  else for (let i = 0; i + 1 < list.length; i += 2) fields[String(list[i]).toLowerCase()] = list[i + 1];
  return fields;
}

/** `[[name, value], …]`; else `[name, value, …]`. */
function isPaired(list: readonly unknown[]): list is readonly (readonly unknown[])[] {
  return Array.isArray(list[0]);
}

function isObject(value: unknown): value is Options {
  return typeof value === 'object' && value !== null;
}
