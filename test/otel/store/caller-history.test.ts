import { beforeEach, describe, expect, it } from '@jest/globals';
import { CallerHistory } from '../../../otel/store/caller-history.ts';
import { CountingPlace } from '../aggregate/counts-ledger.ts';

const START = Date.UTC(2026, 2, 14, 12, 0, 0);
const STATEMENT = 'SELECT title FROM posts WHERE id = ?';

describe('CallerHistory', () => {
  let place: CountingPlace;
  beforeEach(() => {
    place = new CountingPlace(START, true);
  });

  function start() {
    return place.start(1e6, (red, clock) => [new CallerHistory(red.book, clock, 30)]);
  }
  const run = ({ red }: ReturnType<typeof start>, caller: string, times: number) => {
    const operation = {
      type: 'database',
      series: STATEMENT,
      durationNanos: 1e6,
      failed: false,
      clientError: false,
      aborted: false,
    } as const;
    for (let i = 0; i < times; i++) red.record({ ...operation, endMillis: place.clock.now(), caller });
  };
  const callersIn = ({ red }: ReturnType<typeof start>) =>
    red.series('database', { fromMillis: START - 1000, toMillis: START + 86_400_000 })[0]?.callers;

  it('returns the callers of a statement after restarts, most frequent over all processes first', () => {
    const first = start();
    run(first, 'GET /', 3);
    run(first, 'GET /archive', 2);
    first.history!.close();
    place.clock.pass(60_000);
    const second = start();
    expect(callersIn(second)).toEqual(['GET /', 'GET /archive']);
    run(second, 'GET /archive', 2);
    second.history!.close();
    place.clock.pass(60_000);
    const third = start();
    expect(callersIn(third)).toEqual(['GET /archive', 'GET /']);
    third.history!.close();
    expect(callersIn(start())).toEqual(['GET /archive', 'GET /']);
  });

  it('removes callers that have not called within the retention time', () => {
    const first = start();
    run(first, 'GET /old', 1);
    first.history!.close();
    place.clock.pass(29 * 86_400_000);
    const second = start();
    run(second, 'GET /', 1);
    place.clock.pass(2 * 86_400_000);
    second.history!.close();
    expect(
      start().red.series('database', { fromMillis: START, toMillis: place.clock.now() + 1 })[0]?.callers,
    ).toEqual(['GET /']);
  });
});
