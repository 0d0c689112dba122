import { beforeEach, describe, expect, it } from '@jest/globals';
import { Alerts, EVALUATION_MILLIS } from '../../../../src/observatory/alerts/alerts.ts';
import { AlertStore } from '../../../../src/db/alert-store.ts';
import type { AlertMessage } from '../../../../src/observatory/alerts/alert-message.ts';
import type { Attempt, Receiver } from '../../../../src/observatory/alerts/receiver.ts';
import { parseAlertRules } from '../../../../src/process/alert-rules.ts';
import { MeasuredBlog } from '../../../fixtures/measured-blog.ts';
import { temporaryBlog } from '../../temporary-blog.ts';

const MINUTE = 60_000;
const ORIGIN = 'https://blog.example';
const SENT: Attempt = { outcome: 'sent', result: 'answered 204' };

/** Receives in memory; `answer` decides. */
class FakeReceiver implements Receiver {
  readonly name = 'webhook';
  readonly words = 'webhook at hooks.example';
  readonly got: AlertMessage[] = [];
  answer: () => Attempt = () => SENT;

  send(message: AlertMessage): Promise<Attempt> {
    this.got.push(message);
    return Promise.resolve(this.answer());
  }
}

/** A blog whose visitors, clocks and restarts the test decides; its database is a real file. */
class WatchedBlog {
  readonly measured = new MeasuredBlog({ startedMillisAgo: MINUTE });
  readonly receiver = new FakeReceiver();
  readonly #database = temporaryBlog().database;
  readonly #rules: string;
  freeBytes: number | undefined = 9e9;
  alerts: Alerts;
  stepMillis = 0;
  #elapsedMillis = 0;

  constructor(rules: string) {
    this.#rules = rules;
    this.alerts = this.#start();
  }

  #start(): Alerts {
    return new Alerts({
      rules: parseAlertRules(this.#rules),
      receivers: [this.receiver],
      telemetry: this.measured.telemetry,
      store: new AlertStore(this.#database),
      now: () => this.measured.telemetry.now() + this.stepMillis,
      monotonicMillis: () => this.#elapsedMillis,
      origin: () => ORIGIN,
      freeBytes: () => this.freeBytes,
      reminderMillis: 60 * MINUTE,
      onFault(error) {
        throw error;
      },
    });
  }

  /** Another process takes over the database. */
  restart(): void {
    this.#elapsedMillis = 0;
    this.alerts = this.#start();
  }

  /** Minutes of visitors: so many answers a minute, of which the first so many are 500; evaluated as by the timer. */
  async pass(minutes: number, answers = 0, failures = 0, millis = 5): Promise<void> {
    const steps = (minutes * MINUTE) / EVALUATION_MILLIS;
    for (let step = 0; step < steps; step++) {
      const startMillis = this.measured.telemetry.now();
      const visits = Array.from({ length: answers }, (_, visit) => visit).filter(
        (visit) => Math.floor((visit * 4) / answers) === step % 4,
      );
      this.measured.play(
        visits.map((visit, index) => ({
          startMillis: startMillis + index,
          spans: [
            {
              name: 'GET /search',
              type: 'http' as const,
              at: 0,
              millis,
              attributes: { 'http.response.status_code': visit < failures ? 500 : 200 },
              ...(visit < failures && { error: 'broken' }),
            },
          ],
        })),
      );
      this.measured.pass(startMillis + EVALUATION_MILLIS - this.measured.telemetry.now());
      this.#elapsedMillis += EVALUATION_MILLIS;
      await this.alerts.tick();
    }
  }

  get told(): readonly string[] {
    return this.receiver.got.map(({ alerts }) =>
      alerts.map(({ state, rule }) => `${state} ${rule}`).join(' + '),
    );
  }
}

const RULE = '5xx > 5% over 5m for 2m from 20';

describe('Alerts', () => {
  let blog: WatchedBlog;
  beforeEach(() => {
    blog = new WatchedBlog(RULE);
  });

  it('tells once that 5xx are many, and once that they are no longer: a ledger of a day in which both happened', async () => {
    await blog.pass(10, 40);
    expect(blog.told).toEqual([]);
    await blog.pass(20, 40, 8);
    expect(blog.told).toEqual([`firing ${RULE}`]);
    await blog.pass(20, 40);
    expect(blog.told).toEqual([`firing ${RULE}`, `recovered ${RULE}`]);
    await blog.pass(30, 40);
    expect(blog.told).toHaveLength(2);
    const [fired, recovered] = blog.receiver.got as [AlertMessage, AlertMessage];
    expect(fired).toMatchObject({ state: 'firing', threshold: 0.05 });
    expect(fired.value).toBeGreaterThan(0.05);
    expect(fired.sentence).toMatch(
      /^The share of 5xx is \d+ % of \d+ requests in 5 minutes, \d+ of the \d+ at GET \S+, for 2 minutes or longer; the alert is from more than 5 %\.$/,
    );
    expect(fired.link).toMatch(/^https:\/\/blog\.example\/admin\/metrics-dashboard\/failures\?from=2026-/);
    expect(recovered.sentence).toMatch(
      /^Recovered after \d+ minutes: The share of 5xx is [\d.]+ % of 20\d requests in 5 minutes/,
    );
    expect(new Set(blog.receiver.got.map(({ id }) => id)).size).toBe(2);
  });

  it('tells of a route that fails often, though few of all requests do, and not of one that few asked for', async () => {
    blog = new WatchedBlog('5xx > 5% over 5m; worst_route > limit over 5m');
    const startMillis = blog.measured.telemetry.now();
    const visit = (name: string, isFailing: boolean) => ({
      startMillis,
      spans: [
        {
          name,
          type: 'http' as const,
          at: 0,
          millis: 5,
          attributes: { 'http.response.status_code': isFailing ? 500 : 200 },
          ...(isFailing && { error: 'broken' }),
        },
      ],
    });
    const visits = (name: string, count: number, failed: number) =>
      Array.from({ length: count }, (_, index) => visit(name, index < failed));
    blog.measured.play([
      ...visits('GET /', 400, 0),
      ...visits('GET /guestbook', 100, 13),
      ...visits('GET /rare', 10, 10),
    ]);
    await blog.pass(1);
    expect(blog.told).toEqual(['firing worst_route > limit over 5m from 20']);
    expect(blog.receiver.got[0]?.sentence).toBe(
      'The share of failures of the route that fails most is 13 % of 100 requests in 5 minutes, at GET /guestbook; the alert is from more than 10 %.',
    );
  });

  it('judges no route while none has enough requests', async () => {
    blog = new WatchedBlog('worst_route > limit over 5m');
    await blog.pass(1, 3, 3);
    expect(blog.alerts.facts().rules).toMatchObject([
      { state: 'not judged', words: expect.stringContaining('no route has 20 requests') },
    ]);
  });

  it('counts every answer: the share is that of the ledger', async () => {
    await blog.pass(6, 40, 8);
    const [rule] = blog.alerts.facts().rules;
    expect(rule).toMatchObject({ count: 200, value: 0.2, state: 'firing' });
  });

  it('tells again every hour while it fires, also after a restart', async () => {
    blog = new WatchedBlog('disk < limit');
    blog.freeBytes = 4e8;
    await blog.pass(30);
    blog.restart();
    await blog.pass(40);
    expect(blog.told).toEqual(['firing disk < limit', 'reminder disk < limit']);
    const [fired, again] = blog.receiver.got as [AlertMessage, AlertMessage];
    expect(fired).toMatchObject({ value: 4e8, threshold: 5e8 });
    expect(fired.sentence).toBe('The space left on the disk is 400 MB; the alert is from less than 500 MB.');
    expect(again.sentence).toBe(
      'For 1 hour now: The space left on the disk is 400 MB; the alert is from less than 500 MB.',
    );
    blog.freeBytes = 6e8;
    await blog.pass(2);
    expect(blog.told.at(-1)).toBe('recovered disk < limit');
  });

  it('judges by the limit in force, from the next evaluation on, and not while it is off', async () => {
    blog = new WatchedBlog('p95 > limit over 5m');
    await blog.pass(2, 40, 0, 300);
    expect(blog.told).toEqual([]);
    blog.measured.change({ METRICS_LIMIT_REQUEST_P95: '0.2' });
    await blog.pass(1, 40, 0, 300);
    expect(blog.receiver.got.at(-1)).toMatchObject({ state: 'firing', threshold: 200 });
    blog.measured.change({ METRICS_LIMIT_REQUEST_P95: 'off' });
    expect(blog.alerts.facts().rules[0]).toMatchObject({ words: 'its limit is off' });
  });

  it('tells that a budget burns, and of which objective', async () => {
    blog = new WatchedBlog('burn > 14.4 over 1h');
    blog.measured.change({ METRICS_OBJECTIVES: 'availability 99%; latency 50% under 1s' });
    await blog.pass(5, 40);
    expect(blog.told).toEqual([]);
    await blog.pass(5, 40, 20);
    expect(blog.told).toEqual(['firing burn > 14.4 over 1h']);
    expect(blog.receiver.got[0]!.sentence).toMatch(
      /^availability 99 % burns its budget at [\d.]+ times the rate that it has for 30 days, over 1 hour; the alert is from more than 14\.4\.$/,
    );
  });

  it('waits as long as the receiver asks before it tries again', async () => {
    blog = new WatchedBlog('disk < 1GB');
    blog.freeBytes = 1;
    blog.receiver.answer = () => ({
      outcome: 'failed',
      result: 'answered 429',
      retryAfterMillis: 10 * MINUTE,
    });
    await blog.pass(9);
    expect(blog.receiver.got).toHaveLength(1);
    await blog.pass(2);
    expect(blog.receiver.got).toHaveLength(2);
  });

  it('reads the series of a window once, however many rules ask for a route', async () => {
    blog = new WatchedBlog(
      Array.from({ length: 20 }, (_, index) => `p95 of "GET /${index}" > 1s over 5m from 1`).join(';'),
    );
    const { telemetry } = blog.measured;
    const series = telemetry.series.bind(telemetry);
    let calls = 0;
    telemetry.series = (...asked) => {
      calls++;
      return series(...asked);
    };
    await blog.alerts.tick();
    expect(calls).toBe(1);
  });

  it('does not judge a few requests, and says so', async () => {
    await blog.pass(30, 3, 3);
    expect(blog.told).toEqual([]);
    expect(blog.alerts.facts().rules).toEqual([
      expect.objectContaining({ state: 'not judged', words: 'too few requests: 15, and it judges from 20' }),
    ]);
  });

  it('does not flap: failures in every third minute are one alert', async () => {
    await blog.pass(4, 40, 20);
    for (let turn = 0; turn < 10; turn++) {
      await blog.pass(2, 40);
      await blog.pass(1, 40, 20);
    }
    expect(blog.told).toEqual([`firing ${RULE}`]);
  });

  it('is told once over restarts while it fires, and recovers in another process', async () => {
    await blog.pass(5, 40, 8);
    for (let restart = 0; restart < 3; restart++) {
      blog.restart();
      await blog.pass(2, 40, 8);
    }
    expect(blog.told).toEqual([`firing ${RULE}`]);
    blog.restart();
    await blog.pass(12, 40);
    expect(blog.told).toEqual([`firing ${RULE}`, `recovered ${RULE}`]);
  });

  it('adds up the for-duration over processes that end too soon', async () => {
    for (let restart = 0; restart < 5; restart++) {
      await blog.pass(1, 40, 20);
      blog.restart();
    }
    expect(blog.told).toEqual([`firing ${RULE}`]);
  });

  it.each([86_400_000, -86_400_000])('is not moved by a clock that steps by %d ms', async (step) => {
    await blog.pass(1, 40, 20);
    blog.stepMillis = step;
    await blog.pass(0.5, 40, 20);
    expect(blog.told).toEqual([]);
    await blog.pass(4, 40, 20);
    expect(blog.told).toEqual([`firing ${RULE}`]);
    blog.stepMillis = 0;
    await blog.pass(20, 40);
    expect(blog.told).toHaveLength(2);
    expect(blog.receiver.got[1]?.sentence).toMatch(/^Recovered after 1\d minutes/);
  });

  it('groups what changes at once into one message', async () => {
    blog = new WatchedBlog('5xx > 5% over 5m; failures of "GET /search" >= 3 over 5m; p95 > 1s over 5m');
    await blog.pass(1, 80, 8, 1200);
    expect(blog.told).toEqual([
      'firing 5xx > 5% over 5m from 20 + firing failures of "GET /search" >= 3 over 5m + firing p95 > 1s over 5m from 20',
    ]);
    expect(blog.receiver.got[0]?.text.split('\n')).toHaveLength(3);
  });

  it('tells that nobody comes any more', async () => {
    blog = new WatchedBlog('requests < 1 over 5m for 1m');
    await blog.pass(2);
    expect(blog.alerts.facts().rules[0]?.words).toBe('the process is younger than the window');
    await blog.pass(10, 4);
    expect(blog.told).toEqual([]);
    await blog.pass(8);
    expect(blog.told).toEqual(['firing requests < 1 over 5m for 1m']);
    expect(blog.receiver.got[0]?.sentence).toBe(
      'The number of requests is 0 in 5 minutes, for 1 minute or longer; the alert is from fewer than 1.',
    );
  });

  it('does not take a window that a set clock has emptied for a lack of visitors', async () => {
    blog = new WatchedBlog('requests < 1 over 5m');
    await blog.pass(6, 4);
    const { telemetry } = blog.measured;
    telemetry.markers = () => [{ kind: 'clock', atMillis: telemetry.now(), label: 'clock set' }];
    await blog.pass(8);
    expect(blog.told).toEqual([]);
    expect(blog.alerts.facts().rules[0]?.words).toBe('the clock was set within the window');
  });

  it('keeps a silence over a restart, and tells at its end what still fires', async () => {
    expect(blog.alerts.silence(RULE, 30 * MINUTE)).toBe(true);
    expect(blog.alerts.silence('another rule', MINUTE)).toBe(false);
    await blog.pass(10, 40, 8);
    blog.restart();
    await blog.pass(15, 40, 8);
    expect(blog.told).toEqual([]);
    expect(blog.alerts.facts().rules[0]).toMatchObject({
      state: 'firing',
      silencedUntilMillis: expect.any(Number),
    });
    await blog.pass(6, 40, 8);
    expect(blog.told).toEqual([`firing ${RULE}`]);
  });

  it('ends a silence when it is asked to', async () => {
    blog.alerts.silence(RULE, 30 * MINUTE);
    await blog.pass(10, 40, 8);
    blog.alerts.silence(RULE, undefined);
    await blog.pass(1, 40, 8);
    expect(blog.told).toEqual([`firing ${RULE}`]);
  });
});

describe('a message', () => {
  let blog: WatchedBlog;
  beforeEach(() => {
    blog = new WatchedBlog(RULE);
  });
  const fail = (): Attempt => ({ outcome: 'failed', result: 'answered 500' });

  it('is tried again with its id after growing pauses, also by another process', async () => {
    blog.receiver.answer = fail;
    await blog.pass(8, 40, 8);
    // At once, after 15 s, 30 s, 1 min, 2 min.
    const { length } = blog.receiver.got;
    expect(length).toBeGreaterThan(3);
    expect(length).toBeLessThan(7);
    blog.restart();
    blog.receiver.answer = () => SENT;
    await blog.pass(2, 40, 8);
    expect(blog.receiver.got).toHaveLength(length + 1);
    expect(new Set(blog.receiver.got.map(({ id }) => id)).size).toBe(1);
    expect(blog.alerts.facts().deliveries).toEqual([
      expect.objectContaining({ state: 'sent', attempts: length + 1, result: 'answered 204' }),
    ]);
  });

  it('is given up after 32 attempts, or at once if it is refused, and the next one is sent', async () => {
    blog.receiver.answer = () => ({ outcome: 'refused', result: 'answered 404' });
    await blog.alerts.test();
    blog.receiver.answer = fail;
    await blog.alerts.test();
    for (let attempt = 0; attempt < 40; attempt++) {
      blog.restart();
      await blog.alerts.tick();
    }
    blog.receiver.answer = () => SENT;
    await blog.alerts.test();
    expect(blog.alerts.facts().deliveries.map(({ state, attempts }) => [state, attempts])).toEqual([
      ['sent', 1],
      ['given up', 32],
      ['given up', 1],
    ]);
  });

  it('waits behind at most 99 others', async () => {
    blog.receiver.answer = fail;
    for (let sent = 0; sent < 105; sent++) await blog.alerts.test();
    blog.restart();
    blog.receiver.got.length = 0;
    blog.receiver.answer = () => SENT;
    await blog.alerts.tick();
    expect(blog.receiver.got).toHaveLength(100);
  });
});
