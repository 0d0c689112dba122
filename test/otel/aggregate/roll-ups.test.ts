import { describe, expect, it } from '@jest/globals';
import { ClosedBucket } from '../../../otel/aggregate/closed-bucket.ts';
import type { EndedOperation } from '../../../otel/aggregate/ended-operation.ts';
import { RedAggregator } from '../../../otel/aggregate/red-aggregator.ts';
import { RedBucket } from '../../../otel/aggregate/red-bucket.ts';
import { readRollUpKey, rollUpKey, type RollUp } from '../../../otel/aggregate/roll-ups.ts';
import { OPERATION_TYPES } from '../../../otel/query.ts';

const START = Date.UTC(2026, 2, 14, 12, 0, 0);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const RATES = { http: 1, database: 1, render: 1, other: 1 };

class FakeClock {
  millis = START;
  readonly now = (): number => this.millis;
  readonly monotonicNanos = (): number => this.millis * 1e6;
}

function operation(endMillis: number, part: Partial<EndedOperation> = {}): EndedOperation {
  const facts = { type: 'http', series: 'GET /', durationNanos: 5e6 } as const;
  return { ...facts, endMillis, failed: false, clientError: false, aborted: false, ...part };
}

/** As the file does: the last of the same tier, start and series stays; ordered by tier and start. */
function asKept(rollUps: readonly RollUp[]): RollUp[] {
  const byKey = new Map(rollUps.map((one) => [`${one.tier} ${one.startMillis} ${one.series}`, one]));
  return [...byKey.values()].sort((a, b) => a.tier - b.tier || a.startMillis - b.startMillis);
}

describe('roll-ups', () => {
  it('carry every tier over a restart, the open buckets included', () => {
    const clock = new FakeClock();
    const before = new RedAggregator({ clock, rates: () => RATES });
    const source = before.rollUps();
    for (let minute = 0; minute < 130; minute++) {
      clock.millis = START + minute * MINUTE;
      before.record(
        operation(clock.millis, { failed: minute % 10 === 0, durationNanos: (minute + 1) * 1e6 }),
      );
    }
    const kept = asKept(source.takeAll());

    clock.millis += 5000;
    const after = new RedAggregator({ clock, rates: () => RATES });
    after.rollUps().restore(kept);
    after.record(operation(clock.millis));
    for (const range of [3 * HOUR, 24 * HOUR, 7 * 24 * HOUR]) {
      const { http } = after.operations({ fromMillis: clock.millis - range, toMillis: clock.millis + 1 });
      expect([http.count, http.errors, http.durationMillis.min, http.durationMillis.max]).toEqual([
        131, 13, 1, 130,
      ]);
    }
    expect(after.series('http', { fromMillis: START, toMillis: clock.millis + 1 })).toMatchObject([
      { name: 'GET /', count: 131 },
    ]);
    expect(after.operations().http.count).toBe(1);
  });

  it('leave the seconds of a first start alone: an empty history hides nothing', () => {
    const clock = new FakeClock();
    clock.millis = START;
    const first = new RedAggregator({ clock, rates: () => RATES });
    first.rollUps().restore([]);
    first.record(operation(clock.millis));
    clock.millis += 20_000;
    const range = { fromMillis: START - 500, toMillis: clock.millis + 1 };
    expect(first.timeline('http', range).map(({ widthMillis }) => widthMillis)).toContain(1000);
  });

  it('answer a short range after a restart from the tier that was kept', () => {
    const clock = new FakeClock();
    const before = new RedAggregator({ clock, rates: () => RATES });
    const source = before.rollUps();
    before.record(operation(START));
    const after = new RedAggregator({ clock, rates: () => RATES });
    clock.millis += 30_000;
    after.rollUps().restore(asKept(source.takeAll()));
    const points = after.timeline('http', { fromMillis: clock.millis - 2 * MINUTE, toMillis: clock.millis });
    expect(points.reduce((sum, point) => sum + point.count, 0)).toBe(1);
  });

  it('cost a crash no more than the minute that was open', () => {
    const clock = new FakeClock();
    const before = new RedAggregator({ clock, rates: () => RATES });
    const source = before.rollUps();
    for (let second = 0; second < 1800; second++) {
      clock.millis = START + second * 1000;
      before.record(operation(clock.millis));
    }
    const after = new RedAggregator({ clock, rates: () => RATES });
    after.rollUps().restore(asKept(source.takeClosed(Infinity)));
    const { http } = after.operations({
      fromMillis: clock.millis - 7 * 24 * HOUR,
      toMillis: clock.millis + 1,
    });
    expect(http.count).toBe(1800 - 60);
  });

  it('are not queued while nobody keeps them', () => {
    const clock = new FakeClock();
    const red = new RedAggregator({ clock, rates: () => RATES });
    for (let minute = 0; minute < 10; minute++) red.record(operation(START + minute * MINUTE));
    expect(red.rollUps().takeClosed(Infinity)).toEqual([]);
  });

  it('skip what another version or a damaged disk wrote', () => {
    const clock = new FakeClock();
    const red = new RedAggregator({ clock, rates: () => RATES });
    const bucket = new RedBucket();
    bucket.record(operation(START));
    const sound = ClosedBucket.of(START, bucket).pack();
    const otherVersion = Uint8Array.from(sound);
    otherVersion[0] = 99;
    const bodies = [
      new Uint8Array(0),
      otherVersion,
      sound.subarray(0, sound.length - 1),
      new Uint8Array(500).fill(255),
    ];
    const rollUp = { tier: 1, startMillis: START, series: 'http', expiresMillis: START + HOUR };
    red
      .rollUps()
      .restore([
        ...bodies.map((body) => ({ ...rollUp, body })),
        { ...rollUp, series: 'nonsense', body: sound },
        { ...rollUp, tier: 9, body: sound },
      ]);
    expect(red.operations({ fromMillis: START - HOUR, toMillis: START + HOUR }).http.count).toBe(0);
  });

  it('name a series so that it is read back', () => {
    for (const type of OPERATION_TYPES) {
      expect(readRollUpKey(rollUpKey(type))).toEqual({ type, name: undefined });
      expect(readRollUpKey(rollUpKey(type, 'GET /a b'))).toEqual({ type, name: 'GET /a b' });
    }
    expect(readRollUpKey('unknown GET /')).toBeUndefined();
  });
});
