import { beforeAll, describe, expect, it } from '@jest/globals';
import { DEFAULT_CLIENT_RULES } from '../../../otel/instrumentation/http-request-attributes.ts';
import { trustsContext } from '../../../otel/instrumentation/sender-context.ts';
import { parseTrustedContext } from '../../../otel/settings/trusted-context.ts';
import { parseTrustedProxies } from '../../../otel/settings/trusted-proxies.ts';
import { runFixture } from '../../fixtures/run-fixture.ts';
import {
  BAGGAGE,
  PARENT_ID,
  type SenderContextRun,
  STRANGERS,
  TOKEN,
  TRACE_ID,
  TRACE_STATE,
  TRUSTED,
} from '../../fixtures/sender-context-cases.ts';

const VISITOR = '203.0.113.9';
const SERVICE = '10.1.2.3';
const NGINX = '127.0.0.1';

interface Sent {
  readonly from: string | undefined;
  readonly forwardedFor?: string;
  readonly forwarded?: string;
  readonly token?: string | string[];
  /** TRUSTED_PROXIES; default: loopback. */
  readonly proxies?: string;
}

function isTrusted(context: string, sent: Sent): boolean {
  const { from, forwardedFor, forwarded, token, proxies = 'loopback' } = sent;
  const words = {
    peerAddress: from,
    forwarded,
    forwardedFor,
    forwardedHost: undefined,
    forwardedProto: undefined,
  };
  return trustsContext(
    words,
    { 'x-trace-context-token': token },
    {
      ...DEFAULT_CLIENT_RULES,
      proxies: parseTrustedProxies(proxies),
      context: parseTrustedContext(context),
      contextToken: TOKEN,
    },
  );
}

describe('trustsContext', () => {
  it.each<[string, Sent, boolean]>([
    ['none', { from: NGINX }, false],
    ['all', { from: VISITOR }, true],
    ['all', { from: undefined }, true],
    ['private', { from: SERVICE }, true],
    ['private', { from: VISITOR }, false],
    ['private', { from: undefined }, false],
    // Through a trusted proxy, the client counts.
    ['private, loopback', { from: NGINX, forwardedFor: VISITOR }, false],
    ['private', { from: NGINX, forwardedFor: SERVICE }, true],
    ['private', { from: NGINX, forwardedFor: `${SERVICE}, ${VISITOR}` }, false],
    ['loopback', { from: NGINX }, true],
    ['proxies', { from: NGINX, forwardedFor: VISITOR }, true],
    ['proxies', { from: SERVICE }, false],
    ['proxies', { from: NGINX, proxies: 'none' }, false],
    // Two clients or none that can be read: the proxy's own address stands for neither.
    ['loopback', { from: NGINX, forwardedFor: VISITOR, forwarded: 'for=198.51.100.7' }, false],
    ['loopback', { from: NGINX, forwardedFor: 'not an address' }, false],
    ['loopback', { from: NGINX, forwarded: 'for=unknown' }, false],
    // Nobody's proxy: whatever it forwards is its own word.
    ['private', { from: VISITOR, forwardedFor: SERVICE }, false],
    ['none', { from: VISITOR, token: TOKEN }, true],
    ['none', { from: VISITOR, token: `${TOKEN}x` }, false],
    ['none', { from: VISITOR, token: TOKEN.slice(1) }, false],
    ['none', { from: VISITOR, token: '' }, false],
    ['none', { from: VISITOR, token: [TOKEN, TOKEN] }, false],
  ])('%s: a request %j: %s', (context, sent, expected) => {
    expect(isTrusted(context, sent)).toBe(expected);
  });

  it('trusts no token if there is none', () => {
    const words = {
      peerAddress: VISITOR,
      forwarded: undefined,
      forwardedFor: undefined,
      forwardedHost: undefined,
      forwardedProto: undefined,
    };
    const headers = { 'x-trace-context-token': 'undefined' };
    expect(trustsContext(words, headers, DEFAULT_CLIENT_RULES)).toBe(false);
  });
});

describe.each(['own', 'stock', 'own with a propagator of the app', 'stock with a propagator of the app'])(
  'the context of a sender, with spans: %s',
  (program) => {
    let runs: SenderContextRun;
    beforeAll(async () => {
      runs = await runFixture<SenderContextRun>('./sender-context.ts', program);
    });
    const hasAppPropagator = program.includes('propagator');

    it('is continued with the token: trace, tracestate, flags, and baggage in outgoing calls', () => {
      const { span, outgoing } = runs[TRUSTED.name]!;
      expect(span).toMatchObject({ traceId: TRACE_ID, parentId: PARENT_ID, links: [] });
      expect(outgoing['traceparent']).toContain(TRACE_ID);
      if (hasAppPropagator) return;
      expect(span.traceState).toBe(TRACE_STATE);
      expect(outgoing).toMatchObject({ tracestate: TRACE_STATE, baggage: BAGGAGE });
    });

    it('of a stranger is a link and nothing else', () => {
      for (const { name } of STRANGERS.filter(({ link }) => link)) {
        const { span, outgoing } = runs[name]!;
        expect(span.parentId).toBeUndefined();
        expect(span.traceId).not.toBe(TRACE_ID);
        expect(span.traceFlags & 1).toBe(1);
        expect(span.links).toEqual([{ traceId: TRACE_ID, spanId: PARENT_ID, traceState: undefined }]);
        expect(outgoing['traceparent']).toContain(span.traceId);
        expect(outgoing).toMatchObject({ tracestate: null, baggage: null });
      }
    });

    it('that is invalid leaves no trace', () => {
      for (const { name } of STRANGERS.filter(({ link }) => !link)) {
        const { span, outgoing } = runs[name]!;
        expect([name, span.parentId, span.links]).toEqual([name, undefined, []]);
        expect(outgoing).toMatchObject({ tracestate: null, baggage: null });
      }
    });

    it('changes no header that the app reads', () => {
      for (const { name, headers } of [TRUSTED, ...STRANGERS])
        expect([name, runs[name]!.read]).toEqual([name, headers]);
    });

    it('and its token are in no attribute', () => {
      expect(JSON.stringify(Object.values(runs).map(({ span }) => span))).not.toContain(TOKEN);
    });
  },
);
