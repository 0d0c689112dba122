import { describe, expect, it } from '@jest/globals';
import type { ActiveRequest } from '../../../otel/instrumentation/active-requests.ts';
import { AloneTimes } from '../../../otel/instrumentation/alone-times.ts';
import { RandomSource } from '../../../src/demo/random-source.ts';
import { seen } from './seen-requests.ts';

const MILLI = 1e6;

class Requests {
  readonly open = new Set<ActiveRequest>();
  readonly times = new AloneTimes(this.open);

  begin(at: number): ActiveRequest {
    const { request } = seen({ from: at });
    this.open.add(request);
    this.times.began(request, at * MILLI);
    return request;
  }

  end(request: ActiveRequest, at: number): readonly (readonly [number, number])[] {
    return this.endBoth(request, at).alone;
  }

  endBoth(request: ActiveRequest, at: number) {
    this.open.delete(request);
    const { alone, latest } = this.times.ended(request, at * MILLI);
    const inMillis = ({ fromNanos, toNanos }: typeof latest): readonly [number, number] => [
      fromNanos / MILLI,
      toNanos / MILLI,
    ];
    return { alone: alone.map(inMillis), latest: inMillis(latest) };
  }
}

describe('a request is alone', () => {
  it('from its start to its end, if nobody else is there', () => {
    const requests = new Requests();
    expect(requests.end(requests.begin(10), 80)).toEqual([[10, 80]]);
  });

  it('before another and after it; the other never is, within the first', () => {
    const requests = new Requests();
    const first = requests.begin(0);
    const second = requests.begin(20);
    expect(requests.end(second, 50)).toEqual([]);
    expect(requests.end(first, 90)).toEqual([
      [0, 20],
      [50, 90],
    ]);
  });

  it('after the one that it came to has ended', () => {
    const requests = new Requests();
    const first = requests.begin(0);
    const second = requests.begin(20);
    expect(requests.end(first, 50)).toEqual([[0, 20]]);
    expect(requests.end(second, 90)).toEqual([[50, 90]]);
  });

  it('not while one that is not traced is unanswered, but from the next look on', () => {
    const requests = new Requests();
    let isAnswered = false;
    const request = requests.begin(0);
    requests.times.passed(() => isAnswered, 10 * MILLI);
    requests.times.look(20 * MILLI);
    isAnswered = true;
    requests.times.look(30 * MILLI);
    expect(requests.end(request, 40)).toEqual([
      [0, 10],
      [30, 40],
    ]);
  });

  it('the last to begin until another begins, traced or not', () => {
    const requests = new Requests();
    const first = requests.begin(0);
    const second = requests.begin(20);
    requests.times.passed(() => true, 30 * MILLI);
    expect(requests.endBoth(second, 50).latest).toEqual([20, 30]);
    expect(requests.endBoth(first, 90).latest).toEqual([0, 20]);
  });

  it('not if it began while one that is not traced was unanswered', () => {
    const requests = new Requests();
    requests.times.passed(() => false, 0);
    expect(requests.end(requests.begin(10), 80)).toEqual([]);
  });

  it('in at most five hundred stretches', () => {
    const requests = new Requests();
    const first = requests.begin(0);
    for (let at = 1; at < 1300; at += 2) requests.end(requests.begin(at), at + 1);
    expect(requests.end(first, 1300)).toHaveLength(501);
  });

  it('at no time at which another is, whatever begins and ends', () => {
    const source = new RandomSource(7);
    const random = (): number => source.next();
    const requests = new Requests();
    const open: { readonly request: ActiveRequest; readonly from: number }[] = [];
    const lives: { readonly from: number; readonly to: number }[] = [];
    const alone: (readonly [number, number])[] = [];
    const latest: (readonly [number, number])[] = [];
    const end = (index: number, to: number): void => {
      const [{ request, from } = { request: undefined, from: 0 }] = open.splice(index, 1);
      if (request === undefined) return;
      const told = requests.endBoth(request, to);
      alone.push(...told.alone);
      latest.push(told.latest);
      lives.push({ from, to });
    };
    for (let at = 0; at < 2000; at++) {
      if (open.length < 4 && random() < 0.5) open.push({ request: requests.begin(at), from: at });
      else if (random() < 0.7) end(Math.floor(random() * open.length), at);
    }
    while (open.length > 0) end(0, 2000);
    // A ledger by the moment: exactly those at which one is open.
    const openAt = (moment: number): number =>
      lives.filter(({ from, to }) => from < moment && moment < to).length;
    const aloneAt = (moment: number): number =>
      alone.filter(([from, to]) => from < moment && moment < to).length;
    for (let moment = 0.5; moment < 2000; moment++)
      expect([moment, aloneAt(moment)]).toEqual([moment, openAt(moment) === 1 ? 1 : 0]);
    expect(alone.length).toBeGreaterThan(100);
    // Each was the last to begin from its start to that of the next, or to its end.
    const starts = lives.map(({ from }) => from).toSorted((a, b) => a - b);
    expect(latest.toSorted(([a], [b]) => a - b)).toEqual(
      lives
        .toSorted((a, b) => a.from - b.from)
        .map(({ from, to }) => [from, Math.min(to, starts.find((each) => each > from) ?? Infinity)]),
    );
  });
});
