import { describe, expect, it } from '@jest/globals';
import type { DelayedRequest, Stall } from '../../../../otel/query.ts';
import { blockedTurns } from '../../../../src/observatory/facts/blocked-turns.ts';
import { whoWaited } from '../../../../src/observatory/facts/stall-waits.ts';
import { Links } from '../../../../src/observatory/links.ts';
import { sentenceText } from '../../../../src/observatory/sentences/sentence.ts';
import { waitingCount, waitingWords } from '../../../../src/observatory/sentences/waiting-words.ts';
import { STALLS } from '../../../fixtures/busy-blog.ts';
import { NOW } from '../../../fixtures/still-runtime.ts';

const [stall] = STALLS;
const LINKS = new Links('/base', {});

/** A request by its number: it waited so long. */
const request = (id: number, waitedMillis: number, more: Partial<DelayedRequest> = {}): DelayedRequest => ({
  traceId: String(id).padStart(32, '0'),
  spanId: String(id).padStart(16, '0'),
  route: 'GET /archive',
  path: '/archive',
  waitedMillis,
  within: { sinceMillis: 0, millis: waitedMillis },
  wasRunning: true,
  ...more,
});
const delaying = (delayed: readonly DelayedRequest[], more: Partial<Stall> = {}): Stall => ({
  ...stall!,
  delayed,
  delayedCount: delayed.length,
  ...more,
});
const said = (stalls: readonly Stall[]): string => {
  const waiting = whoWaited(stalls);
  return waitingCount(waiting) + sentenceText(waitingWords(waiting, LINKS));
};

describe('who waited for stalls', () => {
  it('is each request once, with what it waited for all of them', () => {
    const late = { route: 'GET /search', wasRunning: false, within: { sinceMillis: 0, millis: 0 } };
    const stalls = [
      delaying([request(1, 300), request(2, 200), request(3, 500, late)]),
      delaying([request(1, 400), request(4, 100)]),
      delaying([request(3, 800, late)]),
    ];
    expect(whoWaited(stalls)).toMatchObject({
      requests: 4,
      isToldApart: true,
      isAtMost: true,
      worst: { route: 'GET /search', waitedMillis: 1300, stalls: 2, isAtMost: true },
      routes: [
        { route: 'GET /archive', requests: 3, worstMillis: 700, isAtMost: false },
        { route: 'GET /search', requests: 1, worstMillis: 1300, isAtMost: true },
      ],
    });
    expect(said(stalls)).toBe('Up to 4 requests had to wait, one at /search for up to 1.3 s');
    expect(said(stalls.slice(1, 2))).toBe('2 requests had to wait, one at /archive for 400 ms');
    expect(said([delaying([])])).toBe('No request had to wait');
  });

  it('waited for what ran between two stalls, too, if it was not read before the second was over', () => {
    const late = request(1, 800, { wasRunning: false });
    const running = request(2, 800);
    const stalls = [
      delaying([late, running], { atMillis: NOW, durationMillis: 800 }),
      delaying([late, running], { atMillis: NOW + 2000, durationMillis: 1200 }),
    ];
    // Whichever is newer is listed first.
    for (const rows of [stalls, stalls.toReversed()])
      expect(whoWaited(rows).worst).toMatchObject({ spanId: late.spanId, waitedMillis: 800 + 800 + 800 });
    expect(whoWaited(stalls.map((each) => ({ ...each, delayed: [running] }))).worst?.waitedMillis).toBe(1600);
  });

  it('says so if a stall does not list all, as they may have waited for several', () => {
    const many = delaying([request(1, 300)], {
      delayedCount: 41,
      alsoDelayed: [{ route: 'GET /feed.atom', requests: 40, millis: 4000 }],
    });
    // Of one stall, all are different.
    expect(said([many])).toBe('41 requests had to wait, one at /archive for 300 ms');
    expect(whoWaited([many, many])).toMatchObject({
      requests: 81,
      isToldApart: false,
      routes: [
        { route: 'GET /feed.atom', requests: 80 },
        { route: 'GET /archive', requests: 1 },
      ],
    });
    expect(said([many, many])).toMatch(
      /^Up to 81 requests had to wait \(of each stall, the hundred that waited longest are told apart\), /,
    );
  });
});

describe('stalls in a row', () => {
  /** Ends after so long, and took so long. */
  const at = (endMillis: number, durationMillis: number, delayed: readonly DelayedRequest[]): Stall =>
    delaying(delayed, { atMillis: NOW + endMillis, durationMillis });
  const rows = (...stalls: readonly Stall[]): readonly (readonly number[])[] =>
    blockedTurns(stalls.toReversed()).map(({ parts }) => parts.map(({ durationMillis }) => durationMillis));

  it('are one if nothing ran between them, or a request waited for both', () => {
    const [one, two] = [request(1, 300), request(2, 300)];
    expect(rows(at(1000, 1000, []), at(1920, 900, []))).toEqual([[1000, 900]]);
    expect(rows(at(1000, 1000, [one]), at(2000, 900, [two, one]))).toEqual([[1000, 900]]);
    // The loop ran, and nobody waited for both.
    expect(rows(at(1000, 1000, [one]), at(2000, 900, [two]))).toEqual([[1000], [900]]);
    // It ran for long enough to answer.
    expect(rows(at(1000, 1000, [one]), at(2300, 900, [one]))).toEqual([[1000], [900]]);
  });

  it('are one, whatever ran between them, if a request that came in the first was read after the second', () => {
    const late = request(1, 900, { wasRunning: false });
    const [first, second] = [at(1000, 1000, [late]), at(2700, 900, [late])];
    expect(rows(first, second)).toEqual([[1000, 900]]);
    // It was read between them.
    expect(rows(first, { ...second, delayed: [{ ...late, wasRunning: true }] })).toEqual([[1000], [900]]);
  });

  it('are one if a request that waited for the first held the loop next', () => {
    const one = request(1, 900);
    const next = { ...at(1500, 400, []), holder: { ...stall!.holder!, traceId: one.traceId } };
    expect(rows(at(1000, 1000, [one]), next)).toEqual([[1000, 400]]);
    expect(rows(at(1000, 1000, [one]), { ...next, processStartedAtMillis: NOW })).toEqual([[1000], [400]]);
  });

  it('are told by what they took together, from when to when', () => {
    const [row] = blockedTurns([at(1000, 1000, []), at(1920, 900, [])]);
    expect(row).toMatchObject({
      millis: 1900,
      stalls: 2,
      fromMillis: NOW,
      ends: [NOW + 1000, NOW + 1920],
      longest: { durationMillis: 1000 },
    });
  });
});
