import { EventEmitter, once } from 'node:events';
import { type Server, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PassThrough, Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ROOT_CONTEXT, context, createContextKey, trace } from '@opentelemetry/api';
import { afterAll, describe, expect, it } from '@jest/globals';
import Koa from 'koa';
import { AsyncContextManager } from '../../../otel/instrumentation/context-manager.ts';
import { TracingFixture } from './tracing-fixture.ts';

const KEY = createContextKey('test');
const NAMED = ROOT_CONTEXT.setValue(KEY, 'named');
const active = (): unknown => context.active().getValue(KEY);

describe('AsyncContextManager', () => {
  const tracing = new TracingFixture();

  afterAll(() => tracing.stop());

  it('is at the root outside any context, and returns to the previous one', () => {
    expect(context.active()).toBe(ROOT_CONTEXT);
    expect(context.with(NAMED, () => [active(), context.with(ROOT_CONTEXT, active), active()])).toEqual([
      'named',
      undefined,
      'named',
    ]);
    expect(() =>
      context.with(NAMED, () => {
        throw new Error('out');
      }),
    ).toThrow('out');
    expect(active()).toBeUndefined();
  });

  it('passes this, arguments and the result', () => {
    const receiver = { base: 1 };
    const add = function (this: { base: number }, a: number, b: number): number {
      return this.base + a + b;
    };
    expect(context.with(NAMED, add, receiver, 2, 3)).toBe(6);
    expect(context.bind(NAMED, add).call(receiver, 2, 3)).toBe(6);
    expect(context.bind(NAMED, add)).toHaveLength(2);
  });

  it.each<readonly [string, () => Promise<unknown>]>([
    [
      'await',
      async () => {
        await Promise.resolve();
        return active();
      },
    ],
    ['then', () => Promise.resolve().then(active)],
    ['Promise.all', async () => (await Promise.all([1, 2].map(async () => active())))[1]],
    ['setTimeout', () => new Promise((resolve) => setTimeout(() => resolve(active()), 1))],
    ['setImmediate', () => new Promise((resolve) => setImmediate(() => resolve(active())))],
    ['nextTick', () => new Promise((resolve) => process.nextTick(() => resolve(active())))],
    ['queueMicrotask', () => new Promise((resolve) => queueMicrotask(() => resolve(active())))],
    [
      'for await',
      async () => {
        for await (const chunk of Readable.from(['a'])) return chunk === 'a' && active();
        return undefined;
      },
    ],
    [
      'pipeline',
      async () => {
        const seen: unknown[] = [];
        const look = new Transform({
          transform(chunk, _encoding, done) {
            seen.push(active());
            done(null, chunk);
          },
        });
        await pipeline(Readable.from(['a', 'b']), look, new PassThrough().resume());
        return seen.concat(active()).every((value) => value === 'named') && 'named';
      },
    ],
  ])('survives %s', async (_name, work) => {
    expect(await context.with(NAMED, work)).toBe('named');
    expect(active()).toBeUndefined();
  });

  it('binds functions, and returns everything else unchanged', () => {
    const bound = context.bind(NAMED, active);
    expect([bound(), active()]).toEqual(['named', undefined]);
    for (const value of [undefined, null, 7, 'text', { a: 1 }, new EventEmitter()])
      expect(context.bind(NAMED, value)).toBe(value);
  });

  it('is at the root again after disable, and still works', () => {
    const manager = new AsyncContextManager().enable();
    manager.with(NAMED, () => {
      manager.disable();
      expect(manager.active()).toBe(ROOT_CONTEXT);
    });
    expect(manager.with(NAMED, () => manager.active())).toBe(NAMED);
  });

  it('shows every Koa middleware the span of its own request, and none other', async () => {
    const app = new Koa();
    const seen: string[] = [];
    const look = (who: string, ctx: Koa.Context): unknown =>
      seen.push(`${ctx.path} ${who} ${trace.getActiveSpan()?.spanContext().spanId}`);
    app.use(async (ctx, next) => {
      look('outer', ctx);
      await next();
      look('outer after', ctx);
    });
    app.use(async (ctx) => {
      await new Promise((resolve) => setTimeout(resolve, ctx.path === '/a' ? 5 : 1));
      look('inner', ctx);
      ctx.body = Readable.from(['streamed']);
    });
    const handle = app.callback();
    const spanIds: Record<string, string> = {};
    const { createServer } = await import('node:http');
    const server: Server = createServer((request, response) => {
      tracing.inSpan((span) => {
        spanIds[request.url!] = span.spanContext().spanId;
        void handle(request, response);
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await Promise.all(
      ['/a', '/b'].map(async (path) => {
        const [response] = (await once(get({ port, path, host: '127.0.0.1', agent: false }), 'response')) as [
          Readable,
        ];
        expect(await response.setEncoding('utf8').toArray()).toEqual(['streamed']);
      }),
    );
    server.close();
    for (const path of ['/a', '/b']) {
      expect(seen.filter((line) => line.startsWith(path))).toEqual(
        ['outer', 'inner', 'outer after'].map((who) => `${path} ${who} ${spanIds[path]}`),
      );
    }
  });
});
