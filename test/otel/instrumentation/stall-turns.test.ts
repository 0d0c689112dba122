import { describe, expect, it } from '@jest/globals';
import type { Stall } from '../../../otel/base/stall.ts';
import { extentOf, finishedStall, stallsOfTurn } from '../../../otel/instrumentation/finished-stall.ts';
import type { Probed } from '../../../otel/instrumentation/pending-stall.ts';
import type { SeenRequest } from '../../../otel/instrumentation/seen-request.ts';
import type { UntracedRequest } from '../../../otel/instrumentation/stall-turns.ts';
import { seen } from './seen-requests.ts';

interface Turn {
  /** Of its samples. */
  readonly isUntraced?: boolean;
  readonly requests?: readonly SeenRequest[];
  readonly untraced?: readonly UntracedRequest[];
  readonly probed?: Probed;
  readonly until?: number;
}

/** The stalls of 200 ms and longer of a turn of the loop from 1000 to 2000 ms. */
function stallsIn({ requests = [], untraced = [], probed, until = 2000, isUntraced }: Turn) {
  const bounds = { fromNanos: 1e9, sleptMillis: 0, idleMillis: 0, requests };
  return stallsOfTurn(bounds, until * 1e6, untraced, 200e6).map((stall) => {
    const pending = {
      ...stall,
      requests: [...requests],
      toMicros: stall.toNanos / 1000,
      atMillis: stall.toNanos / 1e6,
      probed,
      late: undefined,
      timer: setTimeout(() => {}),
    };
    clearTimeout(pending.timer);
    const sampled =
      isUntraced === undefined
        ? undefined
        : {
            startMicros: stall.fromNanos / 1000,
            place: undefined,
            placeShare: 0,
            sampledShare: 1,
            callers: [],
            isUntraced,
          };
    return finishedStall(pending, extentOf(pending, undefined, 0), sampled, []);
  });
}

type Found = Omit<Stall, 'processStartedAtMillis'>;
const told = (stalls: readonly Found[]) =>
  stalls.map(({ atMillis, durationMillis, holder }) => [atMillis, durationMillis, holder?.route]);
const waits = ({ delayed }: Found) =>
  Object.fromEntries(
    delayed.map(({ route, within, alsoWithin }) => [
      route.slice(5),
      [within, alsoWithin].flatMap((each) => (each === undefined ? [] : [each.sinceMillis, each.millis])),
    ]),
  );

describe('requests that run in one turn of the loop', () => {
  it('are a stall each, and neither waited while the loop ran for it', () => {
    const stalls = stallsIn({
      requests: [
        seen({ from: 1000, answered: 1400, to: 2000, name: 'a' }),
        seen({ from: 1400, answered: 2000, name: 'b' }),
        seen({ from: 900, name: 'c' }),
      ],
    });
    expect(told(stalls)).toEqual([
      [1400, 400, 'GET /a'],
      [2000, 600, 'GET /b'],
    ]);
    expect(stalls.map(waits)).toEqual([
      { b: [0, 0], c: [100, 400] },
      { a: [400, 600], c: [500, 600] },
    ]);
  });

  it('are told apart by their answers, if both had begun before', () => {
    const requests = [
      seen({ from: 800, answered: 1500, to: 1502, name: 'a' }),
      seen({ from: 900, answered: 1999, to: 2000, name: 'b' }),
    ];
    const stalls = stallsIn({ requests });
    expect(told(stalls)).toEqual([
      [1500, 500, 'GET /a'],
      [2000, 500, 'GET /b'],
    ]);
    expect(stalls.map(waits)).toEqual([{ b: [100, 500] }, {}]);
  });

  it('are told apart by their beginnings, if all are answered at the end', () => {
    const requests = [0, 1, 2].map((index) =>
      seen({ from: 1001 + 300 * index, answered: 1902 + 7 * index, name: String(index) }),
    );
    const stalls = stallsIn({ requests, until: 1920 });
    expect(stalls.map(({ holder }) => holder?.route)).toEqual(['GET /0', 'GET /1', 'GET /2']);
    expect(stalls.map(waits)).toEqual([
      { 1: [0, 0], 2: [0, 0] },
      { 0: [300, 300], 2: [0, 0] },
      { 0: [600, 301], 1: [300, 301] },
    ]);
  });

  it('are one stall without a holder, if each is short: each waited before and after it ran', () => {
    const requests = Array.from({ length: 10 }, (_, index) =>
      seen({ from: 990, answered: 1100 + 100 * index, to: 2000, name: String(index) }),
    );
    const [stall, ...others] = stallsIn({ requests });
    expect([others, stall?.durationMillis, stall?.holder, stall?.heldBy]).toEqual([[], 1000, undefined, 10]);
    expect(waits(stall!)).toMatchObject({ 0: [110, 900], 3: [410, 600, 10, 300], 9: [10, 900] });
  });

  it('are none if all is short', () => {
    const requests = [seen({ from: 1000, answered: 1150 }), seen({ from: 1150, answered: 1190 })];
    expect(stallsIn({ requests, until: 1195 })).toEqual([]);
  });

  it('have a holder beside short ones', () => {
    const requests = [
      seen({ from: 1000, answered: 1060, to: 1061, name: 'short' }),
      seen({ from: 1060, answered: 1250, to: 1251, name: 'long' }),
    ];
    const [stall] = stallsIn({ requests, until: 1251 });
    expect([stall?.durationMillis, stall?.holder?.route]).toEqual([251, 'GET /long']);
  });
});

describe('a page that is not traced', () => {
  const untraced = [{ startNanos: 1.5e9, path: '/own/view' }];
  const request = seen({ from: 1000, answered: 1498, to: 1499, name: 'a' });

  it('holds the loop from its beginning, and is named by its path', () => {
    const stalls = stallsIn({ requests: [request], untraced });
    expect(told(stalls)).toEqual([
      [1498, 498, 'GET /a'],
      [2000, 502, undefined],
    ]);
    expect(stalls.map(({ untracedPath }) => untracedPath)).toEqual([undefined, '/own/view']);
  });

  it('is not a request that was going on, if samples are outside of every trace, as of a page that is drawn by a timer', () => {
    const holders = (isUntraced: boolean) =>
      stallsIn({ requests: [request], untraced, isUntraced }).map(({ holder }) => holder?.route);
    expect(holders(false)).toEqual(['GET /a', undefined]);
    expect(holders(true)).toEqual([undefined, undefined]);
  });

  it('is not blamed if the probe found a request', () => {
    const probed = { span: request.request.span, stack: undefined, nanos: 1.7e9 };
    const [, stall] = stallsIn({ requests: [request], untraced, probed });
    expect([stall?.holder, stall?.untracedPath]).toEqual([undefined, '/own/view']);
    const open = seen({ from: 1000, name: 'open' });
    const [, other] = stallsIn({
      requests: [request, open],
      untraced,
      probed: { ...probed, span: open.request.span },
    });
    expect([other?.holder?.route, other?.untracedPath]).toEqual(['GET /open', undefined]);
  });

  it('nor is a request, if the probe found none', () => {
    const probed = { span: undefined, stack: undefined, nanos: 1.2e9 };
    const open = seen({ from: 1000, name: 'open' });
    const [stall] = stallsIn({ requests: [open], probed });
    expect(stall?.holder).toBeUndefined();
  });
});
