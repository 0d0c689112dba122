import { describe, expect, it } from '@jest/globals';
import { limitsOf } from '../../../otel/settings/limit-settings.ts';
import { readSettings } from '../../../otel/settings/read-settings.ts';

const read = (env: Record<string, string>) => readSettings(env, {});
const problemOf = (text: string): string | undefined =>
  read({ METRICS_OBJECTIVES: text }).problems[0]?.message;

describe('METRICS_LIMIT_*', () => {
  it('come to durations in milliseconds, shares from percent or not, and NaN for off', () => {
    const { values, problems } = read({
      METRICS_LIMIT_FAILED: '0.5%',
      METRICS_LIMIT_ROUTE_FAILED: '25 %',
      METRICS_LIMIT_CLIENT_ERRORS: '0.3',
      METRICS_LIMIT_LOOP: ' 0.25 ',
      METRICS_LIMIT_BACKUP_AGE: '2',
      METRICS_LIMIT_EXPORT: 'Off',
    });
    expect(problems).toEqual([]);
    expect(limitsOf(values)).toMatchObject({
      failedShare: 0.005,
      routeFailedShare: 0.25,
      clientErrorShare: 0.3,
      loopMillis: 250,
      backupAgeMillis: 172_800_000,
      exportFailingMillis: Number.NaN,
      minCount: 20,
    });
  });

  it.each([
    ['METRICS_LIMIT_FAILED', '2', 'a share such as 0.01 or 1% from 0 to 1, or off'],
    ['METRICS_LIMIT_FAILED', '101%', 'a share such as 0.01 or 1%, at most 100%, or off'],
    ['METRICS_LIMIT_FAILED', '1.2.3%', 'a share such as 0.01 or 1%, at most 100%, or off'],
    ['METRICS_LIMIT_LOOP', '-1', 'a number of seconds from 0 to 3600, or off'],
    ['METRICS_LIMIT_FROM', 'off', 'a whole number of operations from 1 to 1000000'],
  ])('%s=%s is refused, and says what is right', (name, text, expected) => {
    expect(read({ [name]: text }).problems.map(({ message }) => message)).toEqual([`expected ${expected}`]);
  });
});

describe('METRICS_OBJECTIVES', () => {
  it('has objectives of all requests and of routes, in one form', () => {
    const { values } = read({
      METRICS_OBJECTIVES: 'availability 99.90 %\nlatency  of "GET /search; \\"x\\"" 95% under 1.5s',
    });
    expect(values.objectives).toEqual([
      {
        text: 'availability 99.9 %',
        kind: 'availability',
        route: undefined,
        target: 0.999,
        underMillis: undefined,
      },
      {
        text: 'latency of "GET /search; \\"x\\"" 95 % under 1.5s',
        kind: 'latency',
        route: 'GET /search; "x"',
        target: 0.95,
        underMillis: 1500,
      },
    ]);
    expect(read({ METRICS_OBJECTIVES: 'none' }).values.objectives).toEqual([]);
  });

  it.each([
    ['99.9%', 'objective 1 (99.9%): write `availability 99.9%` or `latency 95% under 1s`'],
    ['uptime 99%', 'objective 1 (uptime 99%): an objective is availability or latency, got uptime'],
    ['availability 100%', 'so that a budget is left, got 100%'],
    ['availability 0%', 'so that a budget is left, got 0%'],
    ['latency 95%', 'latency needs `under` and a duration such as 300ms'],
    ['availability 99% under 1s', '`under` belongs to latency'],
    ['latency 95% under 2h', 'after under, a duration up to 60m such as 300ms or 1s, got 2h'],
    ['availability of GET 99%', 'a route is a method and a path in quotes such as "GET /search", got GET'],
    ['availability 99%; availability 99.0%', 'the objective availability 99 % is there twice'],
    [
      Array.from({ length: 21 }, (_, i) => `availability 9${i}.${i}%`).join(';'),
      'from 1 to 20 objectives, got 21',
    ],
  ])('%s is refused, and says what is right', (text, message) => {
    expect(problemOf(text)).toContain('objectives such as `availability 99.9%`');
    expect(problemOf(text)).toContain(message);
  });

  it('names every problem at once', () => {
    expect(problemOf('uptime 9%; latency 95%')).toMatch(/objective 1 .*; objective 2 /);
  });
});
