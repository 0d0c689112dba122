import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setInterval } from 'node:timers/promises';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import { until } from '../fixtures/until.ts';
import { hexOf, randomOf } from '../otel/sampling/random.ts';
import { BlogProcess } from '../integration/blog-process.ts';
import {
  type CollectorGround,
  CollectorProcess,
  collectorPath,
  received,
  WITHOUT_METRICS,
} from '../integration/collector-process.ts';
import { adjustedCount, isSampledAt } from '../integration/made-traces.ts';
import { bookOf, faultsOf, NO_FAULTS, tracesOf } from '../integration/span-ledger.ts';

const program = collectorPath('no gateway behind a load balancer is killed.');
const withCollector = program === undefined ? describe.skip : describe;

const SERVICES = ['first', 'second', 'third'];
const SEED = 20_261_129;
const RATE = 0.25;
const OUTAGE_MILLIS = 5000;
/** A gateway keeps a trace in memory until its decision: what it had taken this long before a kill is lost with it. */
const DECLARED_MILLIS = 4000;

/** Decides once every part of a trace is there. */
function gateway({ address, file }: CollectorGround) {
  const { receivers } = received(address);
  const policies = [
    { name: 'quarter', type: 'probabilistic', probabilistic: { sampling_percentage: 100 * RATE } },
  ];
  return {
    receivers: {
      otlp: { protocols: { grpc: { endpoint: address }, http: receivers.otlp.protocols.grpc } },
    },
    processors: { tail_sampling: { decision_wait: '1s', num_traces: 50_000, policies } },
    exporters: { file: file('traces') },
    service: {
      telemetry: WITHOUT_METRICS,
      pipelines: { traces: { receivers: ['otlp'], processors: ['tail_sampling'], exporters: ['file'] } },
    },
  };
}

/** Sends all of a trace to one gateway, and waits for the one that is away. */
function balancer({ address }: CollectorGround, gateways: readonly CollectorProcess[]) {
  const hostnames = gateways.map(({ endpoint }) => new URL(endpoint).host);
  const otlp = {
    tls: { insecure: true },
    timeout: '2s',
    retry_on_failure: { initial_interval: '100ms', max_interval: '500ms', max_elapsed_time: '0s' },
  };
  return {
    ...received(address),
    exporters: {
      loadbalancing: { routing_key: 'traceID', protocol: { otlp }, resolver: { static: { hostnames } } },
    },
    service: {
      telemetry: WITHOUT_METRICS,
      pipelines: { traces: { receivers: ['otlp'], exporters: ['loadbalancing'] } },
    },
  };
}

withCollector('three blogs in each trace, a load balancer and two gateways, one of them killed (M6)', () => {
  const asked: { readonly traceId: string; readonly spanId: string; readonly atMillis: number }[] = [];
  const random = randomOf(SEED);
  let gateways: readonly CollectorProcess[];
  let front: CollectorProcess;
  let blogs: readonly BlogProcess[];
  let killedMillis: number;

  /** Asks every blog, as one caller does; its trace has a part of each. */
  async function call(): Promise<void> {
    const caller = { traceId: hexOf(random, 4), spanId: hexOf(random, 2), atMillis: Date.now() };
    asked.push(caller);
    const headers = {
      traceparent: `00-${caller.traceId}-${caller.spanId}-01`,
      tracestate: 'ot=th:0',
    };
    await Promise.all(blogs.map((blog) => blog.ask('/archive', { headers })));
  }
  async function callFor(millis: number): Promise<void> {
    const end = Date.now() + millis;
    for await (const _ of setInterval(50)) {
      await call();
      if (Date.now() >= end) return;
    }
  }

  beforeAll(async () => {
    const start = () =>
      CollectorProcess.startWith(program!, gateway, [
        '--feature-gates=processor.tailsamplingprocessor.usetracestate',
      ]);
    gateways = [await start(), await start()];
    front = await CollectorProcess.startWith(program!, (ground) => balancer(ground, gateways));
    blogs = await Promise.all(
      SERVICES.map((service) =>
        BlogProcess.start(temporaryFolder(), {
          OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${front.endpoint}/v1/traces`,
          OTEL_SERVICE_NAME: service,
          OTEL_BSP_SCHEDULE_DELAY: '50',
          METRICS_TRUSTED_CONTEXT: 'loopback',
          METRICS_SLOW_REQUEST_THRESHOLD: '3600',
        }),
      ),
    );
    await callFor(DECLARED_MILLIS);
    killedMillis = Date.now();
    await gateways[0]!.end('SIGKILL');
    await callFor(OUTAGE_MILLIS);
    await gateways[0]!.startAgain();
    await callFor(DECLARED_MILLIS);
  });
  afterAll(async () => {
    await Promise.all(
      [...blogs, front, ...gateways].map((each) => ('end' in each ? each.end('SIGTERM') : each.stop())),
    );
  });

  const expected = () => asked.filter(({ traceId }) => isSampledAt(traceId, RATE));
  const isDeclared = ({ atMillis }: (typeof asked)[number]): boolean =>
    atMillis <= killedMillis && atMillis > killedMillis - DECLARED_MILLIS;
  const arrived = () => gateways.map((each) => each.spans());

  it('lose nothing but what the killed one had in memory, as declared', async () => {
    const all = await until(
      () => tracesOf(arrived().flat()),
      (ids) => expected().every((each) => isDeclared(each) || ids.has(each.traceId)),
    );
    const lost = expected().filter(({ traceId }) => !all.has(traceId));
    expect(lost.filter((each) => !isDeclared(each))).toEqual([]);
    for (const blog of blogs) {
      const book = await until(
        () => bookOf(blog),
        ({ queued }) => queued === 0,
      );
      expect(book).toMatchObject({ sent: book.kept, failed: 0, dropped: 0 });
    }
  });

  it('keep what they keep whole: no trace is at both, or without a part of one blog', () => {
    const [one, other] = arrived().map(tracesOf);
    expect([...one!].filter((id) => other!.has(id))).toEqual([]);
    expect(Math.min(one!.size, other!.size)).toBeGreaterThan(expected().length / 10);
    const spans = arrived().flat();
    const called = new Map(asked.map((each) => [each.traceId, each]));
    const requests = Map.groupBy(
      spans.filter(({ kind, traceId }) => kind === 2 && called.has(traceId)),
      ({ traceId }) => traceId,
    );
    const parts = [...requests].filter(([id]) => !isDeclared(called.get(id)!));
    expect(
      parts.filter(
        ([, [...servers]]) =>
          servers
            .map(({ resource }) => String(resource['service.name']))
            .toSorted()
            .join() !== SERVICES.toSorted().join(),
      ),
    ).toEqual([]);
    const callers = new Set(asked.map(({ spanId }) => spanId));
    expect(faultsOf(spans, callers)).toEqual(NO_FAULTS);
  });

  it('state the weight at which they kept', () => {
    const weights = arrived()
      .flat()
      .filter(({ traceId }) => asked.some((each) => each.traceId === traceId))
      .map((span) => adjustedCount(span));
    expect(new Set(weights)).toEqual(new Set([1 / RATE]));
  });
});
