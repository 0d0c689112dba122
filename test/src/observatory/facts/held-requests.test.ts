import { describe, expect, it } from '@jest/globals';
import type { Coverage, HistoryFacts, TimeRange } from '../../../../otel/query.ts';
import { heldRequests } from '../../../../src/observatory/facts/held-requests.ts';
import { MeasuredBlog } from '../../../fixtures/measured-blog.ts';

const SECOND = 1000;
const KIND: HistoryFacts['traces']['ordinary'] = {
  traces: 0,
  bytes: 0,
  maxBytes: 1,
  expired: 0,
  dropped: 0,
  unsaved: 0,
  oldestMillis: undefined,
  newestMillis: undefined,
};

interface Second {
  readonly kept: number;
  readonly held: number;
  /** Its counts are incomplete. */
  readonly isKilled?: boolean;
}

/** What is said of some seconds; with the begin of what is held, if older traces were removed from the file. */
function said(seconds: readonly Second[], oldestSecond?: number) {
  const { telemetry } = new MeasuredBlog();
  const sum = ({ fromMillis, toMillis }: TimeRange, pick: (second: Second) => number): number =>
    seconds.slice(fromMillis / SECOND, toMillis / SECOND).reduce((all, second) => all + pick(second), 0);
  const oldestMillis = oldestSecond === undefined ? undefined : oldestSecond * SECOND;
  const dropped = oldestSecond === undefined ? 0 : 1;
  const history: HistoryFacts = {
    fileBytes: 1,
    traces: { mustKeep: KIND, ordinary: { ...KIND, dropped, oldestMillis } },
    waiting: 0,
    unsaved: 0,
    unlisted: 0,
  };
  const asked: Parameters<typeof heldRequests>[0] = {
    buffer: () => telemetry.buffer(),
    processes: () => telemetry.processes(),
    now: () => seconds.length * SECOND,
    history: () => history,
    coverage: ({ fromMillis, toMillis }): Coverage => ({
      ...telemetry.coverage({ fromMillis, toMillis }),
      fromMillis,
      toMillis,
      stepMillis: SECOND,
      missing: seconds.flatMap(({ isKilled }, index) => {
        const [from, to] = [index * SECOND, (index + 1) * SECOND];
        if (isKilled !== true || from < fromMillis || to > toMillis) return [];
        return [{ fromMillis: from, toMillis: to, reason: 'killed' as const }];
      }),
    }),
    heldRequests: (range) => sum(range, ({ held }) => held),
    operations: (range = { fromMillis: 0, toMillis: Infinity }) => {
      const all = telemetry.operations();
      return { ...all, http: { ...all.http, kept: sum(range, ({ kept }) => kept) } };
    },
  };
  return heldRequests(asked, { fromMillis: 0, toMillis: seconds.length * SECOND });
}

describe('requests that are kept and no longer held', () => {
  const whole = { kept: 100, held: 100 };

  it('are the difference, were they one of a hundred thousand', () => {
    expect(said([whole, whole])).toMatchObject({ kept: 200, gone: 0 });
    expect(said([whole, { kept: 99_900, held: 99_899 }])).toMatchObject({
      kept: 100_000,
      gone: 1,
      removed: 0,
    });
  });

  it('are not made up for by traces whose requests a kill left uncounted', () => {
    const killed = { kept: 3, held: 40, isKilled: true };
    expect(said([whole, { kept: 100, held: 60 }, killed, whole])).toMatchObject({ kept: 303, gone: 40 });
    expect(said([whole, killed])).toMatchObject({ kept: 103, gone: 0 });
  });

  it('were removed, if they are older than the oldest that is held', () => {
    const none = { kept: 100, held: 0 };
    const lossy = { kept: 100, held: 90 };
    expect(said([none, none, { kept: 100, held: 70 }, whole, lossy], 2)).toMatchObject({
      kept: 500,
      gone: 240,
      removed: 230,
    });
  });
});
