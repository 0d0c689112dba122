import { expect, it, jest } from '@jest/globals';
import { drawTraces, prepareDrawnTraces } from '../../../../src/observatory/facts/drawn-traces.ts';
import { asCounted, chooseRange } from '../../../../src/observatory/facts/time-range.ts';
import { MeasuredBlog } from '../../../fixtures/measured-blog.ts';
import { NOW } from '../../../fixtures/still-runtime.ts';
import { PLAIN } from '../../../fixtures/trace-sketches.ts';

it('traces that are prepared in steps for a page are those that it would read, and are not read again', () => {
  const happened = Array.from({ length: 40 }, (_, index) => ({
    startMillis: NOW - 60_000 + index,
    spans: PLAIN,
  }));
  const { telemetry } = new MeasuredBlog({ happened });
  const range = (): Parameters<typeof drawTraces>[1]['range'] => {
    const chosen = chooseRange({ from: '-1h' }, NOW);
    return asCounted(chosen, telemetry.coverage(chosen), NOW);
  };
  const alone = drawTraces(telemetry, { range: range(), type: 'http', marked: 'failed' });
  const comparison = { range: range(), type: 'http', marked: 'failed' } as const;
  for (const _ of prepareDrawnTraces(telemetry, comparison));
  const reading = jest.spyOn(telemetry, 'sampleTraces');
  const { unitOf, ...drawn } = drawTraces(telemetry, comparison);
  expect({ ...drawn, unitOf: alone.unitOf }).toEqual(alone);
  expect(drawn.rest.traces).toHaveLength(40);
  expect(drawn.rest.traces.every((trace) => unitOf(trace)?.type === 'http')).toBe(true);
  expect(reading).not.toHaveBeenCalled();
  // Of another kind nothing is prepared.
  drawTraces(telemetry, { ...comparison, marked: 'slow' });
  expect(reading).toHaveBeenCalledTimes(1);
});
