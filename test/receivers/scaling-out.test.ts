import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import { until } from '../fixtures/until.ts';
import { findReceiver } from './find-receiver.ts';
import { Blogs } from '../scaling/blogs.ts';
import { byTrace, estimate, split, toKeep, twice } from '../scaling/judge.ts';
import { ScaledOut } from '../scaling/scaled-out.ts';

const program = findReceiver('otelcol', 'the configurations of deploy/scaling are not tried.');
const REQUESTS = 60;

(program === undefined ? describe.skip : describe)('three blogs, a balancer and two gateways', () => {
  let fleet: ScaledOut;
  let blogs: Blogs;
  beforeAll(async () => {
    const folder = temporaryFolder();
    fleet = await ScaledOut.start({ program: program!, folder }, '1s');
    blogs = await Blogs.start(3, folder, fleet.endpoint, { METRICS_EXPORT_SAMPLING_RATE: '0.5' });
  });
  afterAll(async () => {
    await blogs.stop();
    await fleet.stop();
  });

  /** Resolves when all that was sent is stored, as far as the gateways have to keep it. */
  async function settled(): Promise<number> {
    const { sent } = await blogs.ledger();
    await until(
      () => [fleet.received.length, fleet.stored.length] as const,
      ([received, stored]) => {
        const expected = [...toKeep(byTrace(fleet.received)).values()].flat().length;
        return received >= sent && stored >= expected;
      },
    );
    return sent;
  }

  it('keep whole traces and true weights, while one gateway is killed and comes back', async () => {
    await blogs.ask(REQUESTS);
    await settled();
    // With nothing undecided; what a gateway has not decided is lost with it.
    await fleet.gateways[1]!.end('SIGKILL');
    await blogs.ask(REQUESTS);
    const { sent } = await blogs.ledger();
    await until(
      () => fleet.received.length,
      (received) => received >= sent,
    );
    expect(await fleet.queuedBytes(1)).toBeGreaterThan(0);
    await fleet.gateways[1]!.startAgain();
    await blogs.ask(REQUESTS);
    expect(await settled()).toBe(fleet.received.length);
    expect(await fleet.queuedBytes(1)).toBe(0);

    const [first, second] = fleet.gateways.map((gateway) => gateway.spans('received'));
    expect(first!.length + second!.length).toBe(fleet.received.length);
    expect(split(byTrace(first!), byTrace(second!))).toBe(0);
    expect(byTrace(second!).size).toBeGreaterThan(REQUESTS / 2);

    const stored = byTrace(fleet.stored);
    const expected = toKeep(byTrace(fleet.received));
    expect(twice(fleet.stored)).toBe(0);
    const sizes = (traces: typeof stored): unknown =>
      [...traces].map(([id, spans]) => [id, spans.length]).toSorted();
    expect(sizes(stored)).toEqual(sizes(expected));

    const { requests } = await blogs.ledger();
    expect(requests).toBeGreaterThanOrEqual(9 * REQUESTS);
    const { sum, sigma } = estimate(fleet.stored);
    expect(Math.abs(sum - requests)).toBeLessThanOrEqual(4 * sigma);
  });
});
