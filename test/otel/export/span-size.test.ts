import { describe, expect, it } from '@jest/globals';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { sizeOf } from '../../../otel/spans/size.ts';
import { makeTrace } from './made-spans.ts';

const bytesWith = (facts: Partial<ReadableSpan>): number =>
  sizeOf({ ...makeTrace(1)[0]!, events: [], links: [], attributes: {}, ...facts });

describe('sizeOf', () => {
  const bare = bytesWith({});
  const text = 'x'.repeat(1000);
  const context = { traceId: '0'.repeat(32), spanId: '0'.repeat(16), traceFlags: 1 };

  it.each<[string, Partial<ReadableSpan>]>([
    ['an attribute', { attributes: { key: text } }],
    ['an attribute that is a list', { attributes: { key: ['a', text, null] } }],
    ['an event', { events: [{ name: 'exception', time: [0, 0], attributes: { stack: text } }] }],
    ['the name of an event', { events: [{ name: text, time: [0, 0] }] }],
    ['a link', { links: [{ context, attributes: { key: text } }] }],
    ['the name', { name: text }],
  ])('counts the characters of %s at two bytes', (_part, facts) => {
    expect(bytesWith(facts) - bare).toBeGreaterThan(1900);
    expect(bytesWith(facts) - bare).toBeLessThan(2500);
  });

  it('counts numbers, flags and links without attributes a little', () => {
    expect(bytesWith({ attributes: { a: 1, b: true, c: [1, 2] }, links: [{ context }] })).toBeLessThan(
      bare + 400,
    );
  });
});
