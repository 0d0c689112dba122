import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { context, ROOT_CONTEXT, trace, TraceFlags } from '@opentelemetry/api';
import Koa from 'koa';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AsyncContextManager } from '../../../otel/instrumentation/context-manager.ts';
import { AccountCookies } from '../../../src/accounts/account-cookies.ts';
import { loadSession } from '../../../src/accounts/load-session.ts';
import type { SessionStore } from '../../../src/accounts/session-store.ts';
import { serverTiming } from '../../../src/start/server-timing.ts';

const TRACE = '5f0c27b1a8d94e6f8a3b2c1d0e9f9a41';
const OWNER = `glasshouse_session=${'a'.repeat(43)}`;
const FORGED = `glasshouse_session=${'b'.repeat(43)}`;

describe('Server-Timing', () => {
  let server: Server;
  let origin: string;
  let lookUps = 0;
  beforeAll(async () => {
    context.setGlobalContextManager(new AsyncContextManager().enable());
    const sessions = {
      find(token: string) {
        lookUps += 1;
        return token.startsWith('a') ? { formSecret: 'x' } : undefined;
      },
    } as unknown as SessionStore;
    const app = new Koa();
    app.silent = true;
    app.use((ctx, next) =>
      ctx.path === '/untraced'
        ? next()
        : context.with(
            trace.setSpanContext(ROOT_CONTEXT, {
              traceId: TRACE,
              spanId: '1'.repeat(16),
              traceFlags: TraceFlags.SAMPLED,
            }),
            next,
          ),
    );
    app.use(async (ctx, next) => {
      try {
        await next();
      } catch {
        ctx.status = 500;
        ctx.body = 'broken';
      }
    });
    app.use(loadSession({ sessions, cookies: new AccountCookies({ publicUrl: undefined }) }));
    let at = 0;
    app.use(serverTiming(() => (at += 12.34)));
    app.use((ctx) => {
      if (ctx.path === '/throws') throw new Error('meant');
      ctx.body = 'ok';
    });
    server = app.listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
    context.disable();
  });
  afterEach(() => {
    lookUps = 0;
  });

  async function ask(path: string, cookie?: string): Promise<string | null> {
    const response = await fetch(origin + path, cookie === undefined ? {} : { headers: { cookie } });
    await response.text();
    return response.headers.get('server-timing');
  }

  it('gives the owner the trace id and the duration of the answer', async () => {
    expect(await ask('/', OWNER)).toBe(`trace;desc="${TRACE}", total;dur=12.3`);
    expect(lookUps).toBe(1);
  });

  it('is on errors too', async () => {
    expect(await ask('/throws', OWNER)).toContain(TRACE);
  });

  it('names no trace if there is none', async () => {
    expect(await ask('/untraced', OWNER)).toBe('total;dur=12.3');
  });

  it('is never sent to readers, and needs no look-up for them', async () => {
    expect(await ask('/')).toBeNull();
    expect(await ask('/', 'theme=dark; glasshouse_form=x')).toBeNull();
    expect(lookUps).toBe(0);
    expect(await ask('/', FORGED)).toBeNull();
  });

  it('does not look up the session for files', async () => {
    expect(await ask('/assets/site.css', OWNER)).toBeNull();
    expect(await ask('/media/film.mp4', OWNER)).toBeNull();
    expect(lookUps).toBe(0);
  });
});
