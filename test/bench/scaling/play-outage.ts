import { setTimeout as pause } from 'node:timers/promises';
import { until } from '../../fixtures/until.ts';
import { Blogs } from '../../scaling/blogs.ts';
import { byTrace, split, toKeep, twice, type Traces } from '../../scaling/judge.ts';
import { type Place, ScaledOut } from '../../scaling/scaled-out.ts';

const DECISION_WAIT_MILLIS = 10_000;
const BEFORE_AND_AFTER_MILLIS = 20_000;

export interface Outage {
  readonly blogs: number;
  readonly outageMillis: number;
  /** SIGTERM: a planned restart, in which the gateway decides what it holds. */
  readonly signal: 'SIGKILL' | 'SIGTERM';
}

export interface OutageFigures {
  readonly requests: number;
  /** Spans: by the ledgers of the blogs, at the balancer, at the gateways. */
  readonly sent: number;
  readonly received: number;
  readonly atGateways: number;
  readonly splitTraces: number;
  readonly spansTwice: number;
  /** Traces that have to be kept, and what became of them. */
  readonly tracesToKeep: number;
  readonly storedWhole: number;
  readonly storedInPart: number;
  readonly lost: number;
  /** Undecided at the killed gateway: what may be lost. */
  readonly declared: number;
  readonly queuedBytes: number;
  readonly drainMillis: number;
  readonly medianMillis: readonly number[];
}

/** Visitors at every blog, and a gateway that is killed in the middle and away for a while. */
export async function playOutage(
  place: Place,
  { blogs: count, outageMillis, signal }: Outage,
): Promise<OutageFigures> {
  const fleet = await ScaledOut.start(place, `${DECISION_WAIT_MILLIS}ms`);
  const blogs = await Blogs.start(count, place.folder, fleet.endpoint, {
    METRICS_EXPORT_SAMPLING_RATE: '0.5',
  });
  const medianMillis = [await visit(blogs, BEFORE_AND_AFTER_MILLIS)];
  const undecided = undecidedAt(fleet, 1);
  await fleet.gateways[1]!.end(signal);
  const declared = new Set([...undecided, ...undecidedAt(fleet, 1)]);
  medianMillis.push(await visit(blogs, outageMillis));
  const queuedBytes = await fleet.queuedBytes(1);
  const back = performance.now();
  await fleet.gateways[1]!.startAgain();
  const [after, drainMillis] = await Promise.all([
    visit(blogs, BEFORE_AND_AFTER_MILLIS),
    until(
      () => fleet.queuedBytes(1),
      (bytes) => bytes === 0,
    ).then(() => Math.round(performance.now() - back)),
  ]);
  medianMillis.push(after);
  const { requests, sent } = await blogs.ledger();
  await until(
    () => fleet.received.length,
    (received) => received >= sent,
  );
  // Everything is decided, and what is missing now stays missing.
  await pause(2 * DECISION_WAIT_MILLIS);
  await blogs.stop();
  await fleet.stop();
  const [first, second] = fleet.gateways.map((gateway) => gateway.spans('received'));
  const received = byTrace(fleet.received);
  const expected = toKeep(received);
  const stored = byTrace(fleet.stored);
  return {
    requests,
    sent,
    received: fleet.received.length,
    atGateways: first!.length + second!.length,
    splitTraces: split(byTrace(first!), byTrace(second!)),
    spansTwice: twice(fleet.stored),
    ...whatBecame(expected, stored),
    declared: [...declared].filter((id) => expected.has(id)).length,
    queuedBytes,
    drainMillis,
    medianMillis,
  };
}

/** Traces that a gateway has received and that are not stored. */
function undecidedAt(fleet: ScaledOut, gateway: number): readonly string[] {
  const stored = byTrace(fleet.stored);
  return [...byTrace(fleet.gateways[gateway]!.spans('received')).keys()].filter((id) => !stored.has(id));
}

function whatBecame(
  expected: Traces,
  stored: Traces,
): Pick<OutageFigures, 'tracesToKeep' | 'storedWhole' | 'storedInPart' | 'lost'> {
  const sizes = [...expected].map(([id, spans]) => [spans.length, stored.get(id)?.length ?? 0] as const);
  return {
    tracesToKeep: expected.size,
    storedWhole: sizes.filter(([all, some]) => some === all).length,
    storedInPart: sizes.filter(([all, some]) => some > 0 && some !== all).length,
    lost: sizes.filter(([, some]) => some === 0).length,
  };
}

/** Returns the median time of a request, in milliseconds. */
async function visit(blogs: Blogs, millis: number): Promise<number> {
  const times: number[] = [];
  const end = performance.now() + millis;
  while (performance.now() < end) {
    const start = performance.now();
    await blogs.ask(1);
    times.push(performance.now() - start);
    await pause(20);
  }
  return times.toSorted((a, b) => a - b)[times.length >> 1]!;
}
