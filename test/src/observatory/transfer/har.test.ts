import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { harOf } from '../../../../src/observatory/transfer/har.ts';
import { abortedTrace, failingTrace, searchTrace, sketchTrace } from '../../../fixtures/trace-sketches.ts';

const ID = '5f0c27b1a8d94e6f8a3b2c1d0e9f9a41';
const NOW = Date.UTC(2026, 10, 23, 13, 41, 7, 312);

/** HAR 1.2, http://www.softwareishard.com/blog/har-12-spec/: required fields required, no field of its own but with an underscore. */
function harObject<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  return z
    .looseObject({ ...shape, comment: z.string().optional() })
    .refine(
      (value) => Object.keys(value).every((key) => key in shape || key === 'comment' || key.startsWith('_')),
      {
        message: 'a field that HAR 1.2 does not have',
      },
    );
}
const known = z.number().min(-1);
const named = z.array(harObject({ name: z.string(), value: z.string() }));
const harSchema = harObject({
  log: harObject({
    version: z.literal('1.2'),
    creator: harObject({ name: z.string(), version: z.string() }),
    browser: harObject({ name: z.string(), version: z.string() }).optional(),
    pages: z.array(z.unknown()).optional(),
    entries: z.array(
      harObject({
        pageref: z.string().optional(),
        startedDateTime: z.iso.datetime({ offset: true }),
        time: z.number().min(0),
        request: harObject({
          method: z.string(),
          url: z.url(),
          httpVersion: z.string(),
          cookies: named,
          headers: named,
          queryString: named,
          postData: z.unknown().optional(),
          headersSize: known,
          bodySize: known,
        }),
        response: harObject({
          status: z.int().min(0),
          statusText: z.string(),
          httpVersion: z.string(),
          cookies: named,
          headers: named,
          content: harObject({
            size: z.number().min(0),
            compression: z.number().optional(),
            mimeType: z.string(),
            text: z.string().optional(),
            encoding: z.string().optional(),
          }),
          redirectURL: z.string(),
          headersSize: known,
          bodySize: known,
        }),
        cache: harObject({ beforeRequest: z.unknown().optional(), afterRequest: z.unknown().optional() }),
        timings: harObject({
          blocked: known.optional(),
          dns: known.optional(),
          connect: known.optional(),
          send: z.number().min(0),
          wait: z.number().min(0),
          receive: z.number().min(0),
          ssl: known.optional(),
        }),
        serverIPAddress: z.string().optional(),
        connection: z.string().optional(),
      }),
    ),
  }),
});

const request = {
  'http.request.method': 'GET',
  'url.scheme': 'https',
  'server.address': 'blog.example',
  'server.port': 443,
  'url.path': '/search',
  'url.query': 'q=glass&token=s3cret',
  'http.response.status_code': 200,
  'operation.time_to_first_byte': 0.8,
  'http.response.body.size': 18_204,
};

describe('HAR', () => {
  it.each([
    ['a search', searchTrace(ID, NOW)],
    ['a failure', failingTrace(ID, NOW)],
    ['a download cut short', abortedTrace(ID, NOW)],
    [
      'a request that calls another',
      sketchTrace(ID, NOW, [
        { name: 'GET /search', type: 'http', at: 0, millis: 1000, attributes: request },
        {
          name: 'GET',
          type: 'other',
          at: 10,
          millis: 100,
          attributes: {
            'http.request.method': 'GET',
            'url.full': 'https://me:pw@api.example/x?api_key=1#top',
          },
        },
      ]),
    ],
  ])('of %s holds to version 1.2', (_, trace) => {
    const har = harOf(trace);
    expect(harSchema.safeParse(har).error).toBeUndefined();
    for (const entry of harSchema.parse(har).log.entries) {
      const { send, wait, receive } = entry.timings;
      expect(send + wait + receive).toBeCloseTo(entry.time, 6);
    }
  });

  it('divides the time at the first byte and leaves credentials out', () => {
    const trace = sketchTrace(ID, NOW, [
      { name: 'GET /search', type: 'http', at: 0, millis: 1000, attributes: request },
    ]);
    const [entry] = harSchema.parse(harOf(trace)).log.entries;
    expect(entry).toMatchObject({
      startedDateTime: '2026-11-23T13:41:07.312Z',
      timings: { wait: 800, receive: 200 },
      request: { url: 'https://blog.example/search?q=glass', queryString: [{ name: 'q', value: 'glass' }] },
      response: { status: 200, bodySize: 18_204 },
    });
    expect(JSON.stringify(harOf(trace))).not.toContain('s3cret');
  });

  it('is not made of a trace without a request', () => {
    expect(harOf(sketchTrace(ID, NOW, [{ name: 'tidy', type: 'other', at: 0, millis: 5 }]))).toBeUndefined();
  });

  it('would be refused by this test with a field too many or too few', () => {
    const har = harOf(searchTrace(ID, NOW)) as { log: Record<string, unknown> };
    expect(harSchema.safeParse({ log: { ...har.log, extra: 1 } }).success).toBe(false);
    expect(harSchema.safeParse({ log: { ...har.log, creator: undefined } }).success).toBe(false);
  });
});
