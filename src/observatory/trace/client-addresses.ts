import { withoutClientAddress } from '../../../otel/kit.ts';
import type { TraceDetail } from '../../../otel/query.ts';

/** A trace without the network addresses of those who asked. */
export function withoutClientAddresses(trace: TraceDetail): TraceDetail {
  const shown = <Part extends Pick<TraceDetail['spans'][number], 'attributes'>>(part: Part): Part => ({
    ...part,
    attributes: withoutClientAddress(part.attributes),
  });
  return { ...trace, spans: trace.spans.map(shown), logs: trace.logs.map(shown) };
}
