import { beforeAll, describe, expect, it } from '@jest/globals';
import { runFixture } from '../../fixtures/run-fixture.ts';

interface ServerSpan {
  readonly request: string;
  readonly name: string;
  readonly status: number;
  readonly traceId: string | null;
  readonly attributes: Readonly<Record<string, unknown>>;
}

const spansOf = (program: 'ours' | 'stock') => runFixture<readonly ServerSpan[]>('./http-golden.ts', program);

/** Attributes that stock lacks, on every response (G9). */
const OURS_ALONE = ['operation.outcome', 'http.response.body.size', 'operation.time_to_first_byte'];

interface Truer {
  readonly name?: string;
  readonly attributes?: Readonly<Record<string, unknown>>;
}

/** Correct values where stock matches neither the convention nor what was sent. An undefined attribute is absent. */
const TRUER: Readonly<Record<string, Truer>> = {
  // Anyone can write the header, and the scheme in it.
  'GET /xff-odd HTTP/1.1': { attributes: { 'client.address': '127.0.0.1' } },
  'GET /xfh HTTP/1.1': { attributes: { 'url.scheme': 'https' } },
  'GET /forwarded HTTP/1.1': { attributes: { 'url.scheme': 'https' } },
  // The proxy on this machine states no client, so whoever is in front of it may be invented.
  'GET /forwarded-late-host HTTP/1.1': { attributes: { 'client.address': '127.0.0.1' } },
  // A path is recorded as requested.
  'GET /a/./b/../c//d HTTP/1.1': { attributes: { 'url.path': '/a/./b/../c//d' } },
  'GET //evil.example/x HTTP/1.1': { attributes: { 'url.path': '//evil.example/x' } },
  'GET /..//%2e%2e/x/. HTTP/1.1': { attributes: { 'url.path': '/..//%2e%2e/x/.' } },
  'GET /"quoted"|bar HTTP/1.1': { attributes: { 'url.path': '/"quoted"|bar' } },
  'OPTIONS * HTTP/1.1': { attributes: { 'url.path': '*' } },
  // An unknown method is not part of the name.
  'PROPFIND /dav HTTP/1.1': { name: 'HTTP' },
  'PROPFIND /route HTTP/1.1': { name: 'HTTP /:word' },
  'PROPFIND /rpc-route HTTP/1.1': { name: 'HTTP /:rpc' },
  'PROPFIND /attribute-route HTTP/1.1': { name: 'HTTP /:attribute' },
  'GET /attribute-route HTTP/1.1': { name: 'GET /:attribute' },
  // A port must be a valid port number.
  'GET /odd-port HTTP/1.1': { attributes: { 'url.path': '/odd-port', 'server.port': undefined } },
  'GET /odd-port-v6 HTTP/1.1': { attributes: { 'url.path': '/odd-port-v6', 'server.port': undefined } },
  'GET /large-port HTTP/1.1': { attributes: { 'url.path': '/large-port', 'server.port': undefined } },
  'GET /no-digits HTTP/1.1': { attributes: { 'server.port': 80 } },
};

describe('a server span compared with one of stock instrumentation-http', () => {
  let ours: readonly ServerSpan[];
  let stock: readonly ServerSpan[];

  beforeAll(async () => {
    [ours, stock] = await Promise.all([spansOf('ours'), spansOf('stock')]);
  });

  it('is there for the same requests', () => {
    expect(stock.length).toBeGreaterThan(30);
    expect(ours.map(({ request }) => request)).toEqual(stock.map(({ request }) => request));
  });

  it('has the same name, status, parent and attributes, except facts of the socket', () => {
    const comparable = ours.map((span) => ({
      ...span,
      attributes: Object.fromEntries(
        Object.entries(span.attributes).filter(([key]) => !OURS_ALONE.includes(key)),
      ),
    }));
    const isBrokenHost = ({ request }: ServerSpan): boolean => request.includes('/broken-host');
    expect(comparable.filter((span) => !isBrokenHost(span))).toEqual(
      stock
        .filter((span) => !isBrokenHost(span))
        .map((span) => ({
          ...span,
          ...TRUER[span.request],
          attributes: { ...span.attributes, ...TRUER[span.request]?.attributes },
        })),
    );
    for (const request of Object.keys(TRUER)) expect(ours.map((span) => span.request)).toContain(request);
    for (const { attributes } of ours)
      expect(Object.keys(attributes)).toEqual(expect.arrayContaining(OURS_ALONE));
  });

  it('has the path even if the Host header makes no URL, unlike stock', () => {
    const broken = (spans: readonly ServerSpan[]): unknown =>
      spans.find(({ request }) => request.includes('/broken-host'))?.attributes['url.path'];
    expect(broken(stock)).toBeUndefined();
    expect(broken(ours)).toBe('/broken-host');
  });
});
