import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { MetricsDocument } from '../../src/observatory/facts/metrics-document.ts';
import { BlogProcess, runToEnd, START_ARGUMENTS } from './blog-process.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';

const VIEWS = 400;
const RATE = 0.25;

/**
 * Buries the other production bug of the report: the sampling rate was set under one name and read under another, and every
 * database metric was zero.
 */
describe('a sampling rate in the environment of a real process', () => {
  const dataDir = temporaryFolder();
  let blog: BlogProcess;
  beforeAll(async () => {
    blog = await BlogProcess.start(dataDir, { METRICS_SAMPLING_RATE: String(RATE) });
  });
  afterAll(async () => {
    await blog.stop();
  });

  it('is shown, and is the share of spans that are kept', async () => {
    const before = (await blog.metrics<MetricsDocument>()).buffer.traces;
    for (let i = 0; i < VIEWS; i++) await blog.ask('/');
    const { sampling, operations, buffer } = await blog.metrics<MetricsDocument>();
    expect(sampling.rates).toMatchObject({ http: RATE, database: RATE, render: RATE });
    expect(operations.http.count).toBe(VIEWS);
    const fourSigma = 4 * Math.sqrt(VIEWS * RATE * (1 - RATE));
    expect(Math.abs(operations.http.kept - VIEWS * RATE)).toBeLessThanOrEqual(fourSigma);
    expect(buffer.traces - before).toBe(operations.http.kept);
  });
});

describe('the start', () => {
  const dataDir = temporaryFolder();

  it.each([
    [{ METRICS_SAMPLING_RATES: '0.25' }, /METRICS_SAMPLING_RATES.*METRICS_SAMPLING_RATE\b/],
    [{ METRICS_SAMPLING_RATE: '1.5' }, /METRICS_SAMPLING_RATE="1\.5".*a rate from 0 to 1/],
    [{ METRICS_SAMPLING_RATE: 'abc' }, /METRICS_SAMPLING_RATE="abc".*a rate from 0 to 1/],
    [
      { METRICS_SAMPLING_RATE: 'database=2' },
      /METRICS_SAMPLING_RATE="database=2".*a rate from 0 to 1 for database/,
    ],
    [{ METRICS_SAMPLING_RATE: 'databse=0.1' }, /METRICS_SAMPLING_RATE="databse=0\.1".*did you mean database/],
    [{ PORT: 'http' }, /PORT="http" \(environment\): expected a whole number from 0 to 65535/],
  ])('stops at %j with one readable message', async (env, message) => {
    const { code, output } = await runToEnd(START_ARGUMENTS, { PORT: '0', DATA_DIR: dataDir, ...env });
    expect(output).toMatch(message);
    expect(output).not.toMatch(/^\s+at /m);
    expect(code).toBe(1);
  });
});
