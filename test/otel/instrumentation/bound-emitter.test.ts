import { EventEmitter, once } from 'node:events';
import { PassThrough } from 'node:stream';
import { ROOT_CONTEXT, context, createContextKey } from '@opentelemetry/api';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { fc } from '../../fixtures/properties.ts';
import { AsyncContextManager } from '../../../otel/instrumentation/context-manager.ts';

const KEY = createContextKey('test');
const NAMED = ROOT_CONTEXT.setValue(KEY, 'named');
const active = (): unknown => context.active().getValue(KEY);

const ADD = ['on', 'addListener', 'once', 'prependListener', 'prependOnceListener'] as const;
const REMOVE = ['off', 'removeListener'] as const;
type Step = readonly [
  method: (typeof ADD)[number] | (typeof REMOVE)[number] | 'emit' | 'removeAllListeners',
  event: 'a' | 'b',
  listener: number,
];
const step = fc.tuple(
  fc.constantFrom<Step[0]>(...ADD, ...REMOVE, 'emit', 'emit', 'emit', 'removeAllListeners'),
  fc.constantFrom<'a' | 'b'>('a', 'b'),
  fc.nat(3),
);

type Kept = ((...args: unknown[]) => void) & { readonly listener?: (...args: unknown[]) => void };

/** What an emitter did in all steps, and in which contexts it called listeners. */
function history(emitter: EventEmitter, steps: readonly Step[]): { did: unknown[]; contexts: Set<unknown> } {
  const did: unknown[] = [];
  const contexts = new Set<unknown>();
  const listeners = [0, 1, 2, 3].map(
    (number) =>
      function (this: unknown, ...args: unknown[]): void {
        did.push([number, this === emitter, ...args]);
        contexts.add(active());
      },
  );
  emitter.on('newListener', (event, listener) => did.push(['new', event, listeners.indexOf(listener)]));
  // Node itself reports some listeners as the wrappers it stores, such as those for once.
  emitter.on('removeListener', (event, listener: Kept) =>
    did.push(['gone', event, listeners.indexOf(listener.listener ?? listener)]),
  );
  contexts.clear();
  for (const [method, event, number] of steps) {
    if (method === 'emit') did.push(emitter.emit(event, 1, 'two'));
    else if (method === 'removeAllListeners') emitter.removeAllListeners(event);
    else did.push(emitter[method](event, listeners[number]!) === emitter);
    did.push(emitter.listenerCount('a'), emitter.listenerCount('b', listeners[0]));
    did.push(emitter.listeners('a').map((listener) => listeners.indexOf(listener as never)));
  }
  return { did, contexts };
}

describe('an emitter that is bound to a context', () => {
  beforeAll(() => void context.setGlobalContextManager(new AsyncContextManager()));
  afterAll(() => context.disable());

  it('is the same object, and behaves like an unbound one', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const bound = new EventEmitter();
        expect(context.bind(NAMED, bound)).toBe(bound);
        const { did, contexts } = history(bound, steps);
        expect(did).toEqual(history(new EventEmitter(), steps).did);
        expect([...contexts].every((value) => value === 'named')).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it.each(ADD)('runs what %s adds in that context', (method) => {
    const emitter = context.bind(NAMED, new EventEmitter());
    const seen: unknown[] = [];
    emitter[method]('x', () => seen.push(active()));
    emitter.emit('x');
    expect(seen).toEqual(['named']);
    expect(active()).toBeUndefined();
  });

  it('leaves existing listeners, and uses another context for later ones', () => {
    const emitter = new EventEmitter();
    const seen: unknown[] = [];
    const look = (): unknown => seen.push(active());
    emitter.on('x', look);
    context.bind(NAMED, emitter);
    emitter.on('x', () => look());
    context.bind(ROOT_CONTEXT.setValue(KEY, 'other'), emitter);
    emitter.on('x', () => look());
    emitter.emit('x');
    expect(seen).toEqual([undefined, 'named', 'other']);
  });

  it('calls a listener for once once, also when it emits itself', () => {
    const emitter = context.bind(NAMED, new EventEmitter());
    let calls = 0;
    emitter.once('x', () => {
      calls++;
      emitter.emit('x');
    });
    emitter.emit('x');
    emitter.emit('x');
    expect([calls, emitter.listenerCount('x')]).toEqual([1, 0]);
  });

  it('rejects what Node rejects, and throws what a listener throws', () => {
    const emitter = context.bind(NAMED, new EventEmitter());
    for (const method of ADD)
      expect(() => emitter[method]('x', 7 as never)).toThrow(
        expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }),
      );
    emitter.on('x', () => {
      throw new RangeError('of the app');
    });
    expect(() => emitter.emit('x')).toThrow('of the app');
    expect(active()).toBeUndefined();
  });

  it('may be a stream that is awaited, piped and iterated', async () => {
    const source = context.bind(NAMED, new PassThrough());
    const seen: unknown[] = [];
    const sink = new PassThrough({
      transform(chunk, _encoding, done) {
        seen.push(active());
        done(null, chunk);
      },
    });
    source.pipe(sink).resume();
    source.end('text');
    await once(source, 'end');
    expect(seen).toEqual(['named']);
    expect(source.listenerCount('data')).toBe(0);
    const iterated = context.bind(NAMED, new PassThrough());
    iterated.end('text');
    expect(String(await iterated.toArray())).toBe('text');
  });

  it('is left alone if it is frozen', () => {
    const emitter = Object.freeze(new EventEmitter());
    expect(context.bind(NAMED, emitter)).toBe(emitter);
  });
});
