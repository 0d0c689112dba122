import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import type { Report, SpanSeen } from './beside-program.ts';
import { BARE_ENVIRONMENT } from '../../fixtures/bare-environment.ts';

const PROGRAM = fileURLToPath(new URL('./beside-program.ts', import.meta.url));

async function run(spans: string, order: string): Promise<Report> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--no-warnings', PROGRAM, ...order.split(' ')],
    { env: { ...BARE_ENVIRONMENT, METRICS_SPANS: spans, METRICS_LOOP_STALL: '0' } },
  );
  return JSON.parse(stdout) as Report;
}

/** By trace, `kind name` of the spans of the app's own exporter, and how many of them have a parent. */
function tracesOf(spans: readonly SpanSeen[]): readonly { spans: string; children: number }[] {
  return Object.values(Object.groupBy(spans, ({ trace }) => trace)).map((each = []) => ({
    spans: each
      .map(({ kind, name }) => `${kind} ${name}`)
      .toSorted()
      .join(', '),
    children: each.filter(({ parent }) => parent !== undefined).length,
  }));
}

const WHOLE = ['client GET', 'client SELECT', 'internal render page', 'server GET', 'server GET'];
const ALL = { context: true, propagation: true, trace: true, metrics: true };
const NONE = { context: false, propagation: false, trace: false, metrics: false };
/** Two requests that each call the app once, run a statement and render a page. */
const COUNTS = { http: 4, database: 2, render: 2, other: 2 };

const STANDS_BESIDE =
  /^OpenTelemetry is already set up in this process \(TracerProvider\): telemetry works beside it/;
const LATER_SDK = /^Another OpenTelemetry SDK was started after telemetry/;
const OTHERS_CALLS = /^Another instrumentation traces outgoing http/;
const OTHERS_REQUESTS = /^Another instrumentation traces incoming http/;
const FOREIGN_CONTEXTS = /^An OpenTelemetry context manager is already set/;

describe.each(['own', 'stock'])('telemetry with METRICS_SPANS=%s', (mode) => {
  it('works with an SDK that was started first: its traces are complete, and it stays when telemetry ends', async () => {
    const { lines, app, appAfter, counts, faults, globals } = await run(mode, 'sdk telemetry');
    expect(lines).toEqual([expect.stringMatching(STANDS_BESIDE)]);
    // SERVER is kind 1, CLIENT 2, INTERNAL 0. Of five spans all except the root have a parent in the trace.
    const whole = { spans: '0 render page, 1 GET, 1 GET, 2 GET, 2 SELECT', children: 4 };
    expect(tracesOf(app)).toEqual([whole, whole]);
    expect(counts).toEqual({ http: 0, database: 2, render: 2, other: 0 });
    expect(tracesOf(appAfter)).toHaveLength(1);
    expect(appAfter.filter(({ kind }) => kind === 1)).toHaveLength(2);
    expect(globals).toEqual([ALL, { ...ALL, metrics: false }]);
    expect(faults).toEqual([]);
  });

  it('counts statements that the sampler of such an SDK drops', async () => {
    const { app, counts, faults } = await run(mode, 'sdk-off telemetry');
    expect(app).toEqual([]);
    expect(counts).toEqual({ http: 0, database: 2, render: 2, other: 0 });
    expect(faults).toEqual([]);
  });

  it.each([
    { order: 'telemetry sdk', wanted: [LATER_SDK] },
    { order: 'telemetry sdk sdk-shutdown', wanted: [LATER_SDK] },
    {
      order: 'instrumentation telemetry',
      wanted: mode === 'own' ? [OTHERS_CALLS, OTHERS_REQUESTS] : [OTHERS_REQUESTS, OTHERS_CALLS],
    },
    { order: 'telemetry instrumentation', wanted: [] },
    {
      order: 'telemetry late-instrumentation',
      // The wrapper of the same instrumentation is replaced.
      wanted: mode === 'own' ? [OTHERS_REQUESTS, OTHERS_CALLS] : [OTHERS_CALLS],
    },
  ])('counts each operation once and keeps traces whole: $order', async ({ order, wanted }) => {
    const { lines, counts, traces, newest, globals, faults } = await run(mode, order);
    expect(lines).toEqual(wanted.map((line) => expect.stringMatching(line)));
    expect(counts).toEqual(COUNTS);
    expect({ traces, newest: newest.toSorted() }).toEqual({ traces: 2, newest: WHOLE });
    expect(globals).toEqual([ALL, NONE]);
    expect(faults).toEqual([]);
  });

  it('uses an existing context manager, and leaves it', async () => {
    const { lines, counts, traces, newest, globals, faults } = await run(mode, 'contexts telemetry');
    expect(lines).toEqual(mode === 'own' ? [expect.stringMatching(FOREIGN_CONTEXTS)] : []);
    expect(counts).toEqual(COUNTS);
    expect({ traces, newest: newest.toSorted() }).toEqual({ traces: 2, newest: WHOLE });
    expect(globals).toEqual([ALL, { ...NONE, context: true }]);
    expect(faults).toEqual([]);
  });

  it('leaves an existing meter provider', async () => {
    const { lines, counts, globals, faults } = await run(mode, 'meters telemetry');
    expect(lines).toEqual([]);
    expect(counts).toEqual(COUNTS);
    expect(globals).toEqual([ALL, { ...NONE, metrics: true }]);
    expect(faults).toEqual([]);
  });
});
