import type { Gate } from '../gates.ts';
import { type Interval, ratioInterval } from '../interval.ts';
import { median } from '../median.ts';
import { PAGES, type PageName, type PageTurn, type ServerKey, SERVERS } from './page-cost.ts';

const MAX_OF_BARE = 1.3;
const MAX_GROWTH = 1.1;

type Rounds = readonly (readonly PageTurn[])[];

/** A row per page: microseconds of CPU of each server, and the ratios that are promised. */
export function pageRows(rounds: Rounds): readonly (readonly string[])[] {
  return [
    ['a page, CPU µs', ...SERVERS, 'off / bare', 'on / bare', 'p95 of one, ms, 1,000', '100,000'],
    ...measuredIn(rounds, PAGES).map((page) => [
      page,
      ...SERVERS.map((server) => median(valuesOf(rounds, page, server, 'cpuMicros')).toFixed(0)),
      ratioText(ratioOf(rounds, page, ['off', 'bare'], 'cpuMicros')),
      ratioText(ratioOf(rounds, page, ['on', 'bare'], 'cpuMicros')),
      ...(['off', 'large'] as const).map((server) =>
        median(valuesOf(rounds, page, server, 'p95Millis')).toFixed(2),
      ),
    ]),
  ];
}

/** What is promised of a post's page. */
export function pageGates(rounds: Rounds): readonly Gate[] {
  return [
    ...measuredIn(rounds, ['post']).map((page) => ({
      what: 'a post without telemetry / bare koa, CPU',
      measured: ratioOf(rounds, page, ['off', 'bare'], 'cpuMicros'),
      atMost: MAX_OF_BARE,
    })),
    ...measuredIn(rounds, ['front', 'post']).map((page) => ({
      what: `${page}, 100,000 posts / 1,000 posts, p95`,
      measured: ratioOf(rounds, page, ['large', 'off'], 'p95Millis'),
      atMost: MAX_GROWTH,
    })),
  ];
}

function measuredIn(rounds: Rounds, pages: readonly PageName[]): readonly PageName[] {
  return pages.filter((page) => rounds[0]?.some((turn) => turn.page === page));
}

type Measure = 'cpuMicros' | 'p95Millis';

function valuesOf(rounds: Rounds, page: PageName, server: ServerKey, what: Measure): readonly number[] {
  return rounds.map((turns) => turns.find((turn) => turn.page === page && turn.server === server)![what]);
}

function ratioOf(
  rounds: Rounds,
  page: PageName,
  [first, second]: readonly [ServerKey, ServerKey],
  what: Measure,
): Interval {
  return ratioInterval(valuesOf(rounds, page, first, what), valuesOf(rounds, page, second, what));
}

function ratioText({ value, low, high }: Interval): string {
  const range = Number.isFinite(low + high) ? `${low.toFixed(2)} to ${high.toFixed(2)}` : '?';
  return `${value.toFixed(2)} (${range})`;
}
