import { describe, expect, it } from '@jest/globals';
import { failedClients } from '../../../../src/observatory/facts/failed-clients.ts';
import type { SampledSpan, SampledTrace } from '../../../../otel/query.ts';

function request(index: number, address: string | undefined, more: Partial<SampledSpan> = {}): SampledTrace {
  const attributes =
    address === undefined ? [] : ['client.address', address, 'user_agent.original', `a${index}`];
  return {
    traceId: `t${index}`,
    spans: [
      {
        spanId: 's',
        parentSpanId: undefined,
        name: 'GET /a',
        type: 'http',
        series: 'GET /a',
        startMillis: index,
        durationMillis: 1,
        status: 'error',
        attributes,
        events: [],
        ...more,
      },
    ],
  };
}

const RANGE = { fromMillis: 0, toMillis: 10 };
const clientsOf = (traces: readonly SampledTrace[], kept = traces.length) => {
  const marked = { traces, kept };
  return failedClients({ sampleTraces: () => ({ marked, rest: { traces: [], kept: 0 } }) }, RANGE);
};

describe('failedClients', () => {
  it('counts requests by address, the most frequent first, with the last of each', () => {
    const found = clientsOf([
      request(1, '192.0.2.1'),
      request(4, '192.0.2.2'),
      request(3, '192.0.2.2'),
      request(5, undefined),
    ]);
    expect(found.clients).toEqual([
      {
        address: '192.0.2.2',
        requests: 2,
        userAgent: 'a4',
        lastMillis: 4,
        example: { traceId: 't4', spanId: 's' },
      },
      expect.objectContaining({ address: '192.0.2.1', requests: 1 }),
    ]);
    expect(found).toMatchObject({ read: 4, kept: 4, withoutAddress: 1 });
  });

  it('takes the request that failed, not another one of the trace', () => {
    const { spans } = request(1, '192.0.2.1', { status: 'unset' });
    const failed = request(2, '192.0.2.2').spans;
    const [client] = clientsOf([{ traceId: 't', spans: [...spans, ...failed] }]).clients;
    expect(client?.address).toBe('192.0.2.2');
  });
});
