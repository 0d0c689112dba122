import { beforeEach, describe, expect, it } from '@jest/globals';
import { expectLinear } from '../../fixtures/linear-time.ts';
import { fc } from '../../fixtures/properties.ts';
import type { BusinessMetric } from '../../../otel/query.ts';
import { BusinessHistory } from '../../../otel/store/business-history.ts';
import { CountCells } from '../../../otel/store/count-cells.ts';
import type { HistoryFile } from '../../../otel/store/history-file.ts';
import { openHistoryFile } from './history-fixture.ts';
import { fakeClock } from './store-fixture.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** From which age on counts have which width. */
const WIDTHS = [
  [5 * MINUTE, SECOND],
  [HOUR, 10 * SECOND],
  [DAY, MINUTE],
  [30 * DAY, HOUR],
] as const;

interface Counted {
  readonly format: string;
  readonly value: number;
  readonly atMillis: number;
}

/** Expected answer: a sum over a plain list. */
function sumOf(ledger: readonly Counted[], fromMillis: number, toMillis: number): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const { format, value, atMillis } of ledger)
    if (atMillis >= fromMillis && atMillis < toMillis) sums[format] = (sums[format] ?? 0) + value;
  return sums;
}
const byFormat = (metrics: readonly BusinessMetric[]): Record<string, number> =>
  Object.fromEntries(metrics.map(({ attributes, value }) => [String(attributes['format']), value]));

describe('BusinessHistory', () => {
  let file: HistoryFile;
  const clock = fakeClock();

  beforeEach(() => {
    file = openHistoryFile();
  });

  const begin = (): BusinessHistory => {
    const history = new BusinessHistory(clock, clock.now());
    history.restore(file);
    return history;
  };

  it('answers every range with what was counted in it, across restarts, clean and killed', () => {
    const step = fc.oneof(
      {
        weight: 8,
        arbitrary: fc.record({ does: fc.constant('count'), after: fc.integer({ min: 0, max: 3 * HOUR }) }),
      },
      {
        weight: 1,
        arbitrary: fc.record({
          does: fc.constantFrom('stop', 'kill'),
          after: fc.integer({ min: SECOND, max: 3 * HOUR }),
        }),
      },
    );
    fc.assert(
      fc.property(fc.array(step, { minLength: 20, maxLength: 60 }), (steps) => {
        file.close();
        file = openHistoryFile();
        const ledger: Counted[] = [];
        let startedMillis = clock.millis;
        let history = begin();
        for (const [index, { does, after }] of steps.entries()) {
          clock.millis += after;
          if (does === 'count') {
            const counted = {
              format: ['rss', 'atom', 'json'][index % 3]!,
              value: 1 + (index % 5),
              atMillis: clock.millis,
            };
            ledger.push(counted);
            history.add('feed', { format: counted.format }, counted.value, counted.atMillis);
            continue;
          }
          // A killed process has written what is older than some seconds.
          clock.millis += 6 * SECOND;
          if (does === 'stop') history.close(file);
          else history.write(file);
          history = begin();
          startedMillis = clock.millis;
        }
        const now = clock.millis;
        for (const [index, [reach, width]] of WIDTHS.entries()) {
          const from = Math.ceil((now - reach) / width) * width;
          if (index === 0 && from < startedMillis) continue;
          const range = { fromMillis: from, toMillis: now + 1 };
          expect(byFormat(history.counts(range))).toEqual(sumOf(ledger, from, now + 1));
        }
        clock.millis += 40 * DAY;
      }),
      { numRuns: 8 },
    );
  });

  it('knows the start of its counts', () => {
    const first = clock.millis;
    const history = begin();
    history.add('feed', { format: 'rss' }, 1, first);
    history.close(file);
    clock.millis += DAY;
    expect(begin().fromMillis).toBeLessThanOrEqual(first);
    expect(new BusinessHistory(clock, clock.millis).fromMillis).toBe(clock.millis);
  });

  it('forgets after 30 days, in memory and in the file', () => {
    const history = begin();
    history.add('feed', { format: 'rss' }, 1, clock.millis);
    history.close(file);
    clock.millis += 62 * DAY;
    for (let i = 0; i < 3; i++) history.close(file);
    expect(byFormat(history.counts({ fromMillis: 0, toMillis: clock.millis }))).toEqual({});
    expect([...file.business.others(0, 0)]).toEqual([]);
  });

  it('skips unreadable rows', () => {
    const counts = new Map([
      ['no brace', 3],
      ['feed{"format":"rss"}', 2],
    ]);
    const startMillis = Math.floor(clock.millis / HOUR) * HOUR;
    file.business.save({ tier: 3, startMillis, counts }, 1, clock.millis + HOUR);
    file.business.save({ tier: 77, startMillis, counts }, 1, clock.millis + HOUR);
    expect(
      byFormat(begin().counts({ fromMillis: clock.millis - DAY - HOUR, toMillis: clock.millis })),
    ).toEqual({ rss: 2 });
  });
});

describe('CountCells', () => {
  it('are bounded, and their sums stay exact', () => {
    const cells = new CountCells(2000);
    for (let i = 0; i < 50_000; i++) {
      cells.add(`reads{"path":"${i % 5000}"}`, 1, i * 100);
      if (i % 50 === 0) cells.expire(i * 100);
    }
    cells.add('searches{}', 7, 0);
    const sums = new Map<string, number>();
    cells.sum(3, { fromMillis: 0, toMillis: 5_000_001 }, sums);
    expect(
      [...sums].filter(([key]) => key.startsWith('reads')).reduce((sum, [, value]) => sum + value, 0),
    ).toBe(50_000);
    expect(sums.get('searches{}')).toBe(7);
    expect(sums.get('reads{"otel.metric.overflow":true}')).toBeGreaterThan(40_000);
    expect(cells.bytes).toBeLessThan(4 * 2400 * 50);
  });

  it('accept further counts in linear time if the cells alone exceed the bound', async () => {
    await expectLinear((size) => {
      const cells = new CountCells(size / 10);
      for (let i = 0; i < size; i++) cells.add('reads{"path":"/"}', 1, i * SECOND);
    }, 2000);
  });
});
