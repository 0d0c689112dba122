import { describe, expect, it } from '@jest/globals';
import type { Downtime } from '../../../../otel/query.ts';
import { lastMinutes, sumDowntimes } from '../../../../src/observatory/facts/downtimes.ts';

const SECOND = 1000;
const NOW = Date.UTC(2026, 10, 30, 12);
const PRECISION = 2 * SECOND;
/** An end and the start after it, in seconds of a quarter of an hour. */
const crash = (from: number, to: number, more: Partial<Downtime> = {}): Downtime => ({
  fromMillis: NOW + from * SECOND,
  toMillis: NOW + to * SECOND,
  startedMillis: NOW + to * SECOND,
  isWhole: true,
  ended: 'crashed',
  uncertainMillis: 0,
  reason: 'planted',
  seenMillis: NOW + from * SECOND,
  ...more,
});

/** In seconds, newest first. */
function lookedInto(rows: readonly Downtime[]): readonly unknown[] {
  const range = { fromMillis: NOW, toMillis: NOW + 900 * SECOND };
  const sum = sumDowntimes({ rows, sinceMillis: NOW, precisionMillis: PRECISION }, range);
  const nothing = { rows: [], total: 0, ahead: 0 };
  const telemetry = { logLines: () => undefined, failures: () => nothing, traces: () => nothing };
  return lastMinutes(telemetry, sum).map(
    (last) => last && [last.range.fromMillis, last.range.toMillis].map((millis) => (millis - NOW) / SECOND),
  );
}

describe('the last minute before an end', () => {
  it('is a minute, and what a kill may have left after the last sign', () => {
    expect(lookedInto([crash(300, 320)])).toEqual([[240, 302]]);
  });

  it('does not reach into the processes before and after, where a start fails again and again', () => {
    expect(lookedInto([crash(300, 301), crash(310, 311), crash(320, 330)])).toEqual([
      [311, 322],
      [301, 311],
      [240, 301],
    ]);
  });

  it('ignores a start by a clock that was set back since, and looks into no stop', () => {
    expect(lookedInto([crash(300, 600), crash(400, 610), crash(700, 710, { ended: 'stopped' })])).toEqual([
      undefined,
      [340, 402],
      [240, 302],
    ]);
  });
});
