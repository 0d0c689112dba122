import { otlpLines, otlpSpans } from '../../fixtures/otlp-lines.ts';
import { describe, expect, it } from '@jest/globals';
import type { ServerResponse } from 'node:http';
import { pipelinesOf } from './made-pipelines.ts';
import { readOtlpAnswer } from '../../../otel/export/otlp-answer.ts';
import type { ExportFacts } from '../../../otel/query.ts';
import { makeTrace } from './made-spans.ts';
import { httpReceiver } from './receivers.ts';

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
/** ExportTraceServiceResponse { partial_success { rejected_spans, error_message } } by hand. */
const partial = (rejected: number, message: string): Uint8Array => {
  const words = utf8(message);
  const inner = [0x08, rejected, 0x12, words.length, ...words];
  return bytes(0x0a, inner.length, ...inner);
};

/** Counts after 100 spans were exported to a receiver with this response. */
async function exported(
  answer: (response: ServerResponse) => void,
  env: Record<string, string> = {},
): Promise<ExportFacts> {
  await using receiver = await httpReceiver((response) => answer(response));
  const pipeline = pipelinesOf({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, ...env })[0]!;
  pipeline.export(makeTrace(100), () => {});
  await pipeline.forceFlush();
  const facts = pipeline.facts();
  const outcomes = pipeline.tally.outcomes();
  // The metrics about exports have the same counts.
  const count = (isFailed: boolean): number =>
    outcomes
      .filter(({ errorType }) => (errorType !== undefined) === isFailed)
      .reduce((sum, { items }) => sum + items, 0);
  expect([count(false), count(true)]).toEqual([facts.sent, facts.failed + facts.rejected]);
  await pipeline.shutdown();
  return facts;
}

describe('a response of status 200', () => {
  it.each([
    ['nothing', bytes()],
    ['{}', utf8('{}')],
    ['an empty partial success', utf8('{"partialSuccess":{}}')],
    ['an empty partial success in protobuf', bytes(0x0a, 0)],
    ['a warning that rejects nothing', partial(0, 'deprecated')],
  ])('of %s accepts everything', async (_what, body) => {
    expect(await exported((response) => response.end(body))).toMatchObject({
      sent: 100,
      failed: 0,
      lastError: undefined,
    });
  });

  it.each([
    ['all', 100],
    ['some', 37],
  ])('that rejects %s of them counts those as rejected, with its message', async (_what, rejected) => {
    const facts = { sent: 100 - rejected, rejected, failed: 0 };
    const message = `the receiver rejected ${rejected} spans: over quota`;
    expect(await exported((response) => response.end(partial(rejected, 'over quota')))).toMatchObject({
      ...facts,
      lastError: { message },
    });
    const json = JSON.stringify({
      partialSuccess: { rejectedSpans: String(rejected), errorMessage: 'over quota' },
    });
    const inJson = await exported((response) => response.end(json), {
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    });
    expect(inJson).toMatchObject({ ...facts, lastError: { message } });
  });

  it.each([
    ['a login page', '<!doctype html><title>Sign in</title>'],
    [
      'a page that begins with white space',
      '\n<html><body>Sign in, please, to see what is here</body></html>',
    ],
    ['a greeting', 'ok'],
    ['a sentence', 'It works!'],
    ['an error of another service in JSON', '{"error":"unauthorized"}'],
    ['JSON that is cut', '{"partialSuccess":'],
  ])('of %s does not come from a receiver', async (_what, body) => {
    const facts = await exported((response) => response.end(body));
    expect(facts).toMatchObject({ sent: 0, failed: 100, lastSuccessMillis: undefined });
    expect(facts.lastError?.message).toContain('/v1/traces is not an OTLP receiver: it answered with');
  });

  it('of a redirect does not either, wherever it leads', async () => {
    const facts = await exported((response) => response.writeHead(302, { Location: '/login' }).end());
    expect(facts).toMatchObject({
      sent: 0,
      failed: 100,
      lastError: {
        message: 'the receiver redirects to /login (HTTP 302), and exports do not follow: set that address',
      },
    });
  });

  it('is never accepted for random bytes that are not a message', () => {
    for (let length = 1; length < 40; length++) {
      const body = Uint8Array.from({ length }, (_, at) => 32 + ((at * 37 + length * 11) % 95));
      expect(readOtlpAnswer(body)).toBeUndefined();
    }
  });
});

describe('http/json', () => {
  it('is sent with its content type, and contains the spans', async () => {
    await using receiver = await httpReceiver();
    const [pipeline] = pipelinesOf({
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/json',
    });
    const spans = makeTrace(3);
    pipeline!.export(spans, () => {});
    await pipeline!.shutdown();
    expect(receiver.headers[0]?.['content-type']).toBe('application/json');
    const body = new TextDecoder().decode(receiver.bodies[0]?.body);
    expect(
      otlpSpans(otlpLines(body))
        .map(({ spanId }) => spanId)
        .toSorted(),
    ).toEqual(spans.map((span) => span.spanContext().spanId).toSorted());
  });
});
