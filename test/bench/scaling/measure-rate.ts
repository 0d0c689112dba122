import { join } from 'node:path';
import { until } from '../../fixtures/until.ts';
import { httpReceiver } from '../../otel/export/receivers.ts';
import { Blogs } from '../../scaling/blogs.ts';
import { byTrace, toKeep } from '../../scaling/judge.ts';
import { cpuSeconds, residentMebibytes } from './process-cost.ts';
import { type Place, ScaledOut } from '../../scaling/scaled-out.ts';

export interface RateFigures {
  readonly requests: number;
  readonly spans: number;
  readonly traces: number;
  /** Of OTLP over HTTP from the blog, plain and with gzip. */
  readonly plainBytes: number;
  readonly gzipBytes: number;
  readonly keptSpans: number;
  /** Seconds of one processor. */
  readonly blogSeconds: number;
  readonly balancerSeconds: number;
  readonly gatewaySeconds: number;
  readonly balancerMebibytes: number;
  readonly gatewayMebibytes: number;
}

/** What so many requests come to at an export rate. */
export async function measureRate(
  place: Place,
  { rate, requests: count }: { readonly rate: number; readonly requests: number },
): Promise<RateFigures> {
  const env = { METRICS_EXPORT_SAMPLING_RATE: String(rate) };
  const plainBytes = await bytesSent(join(place.folder, 'plain'), count, env);
  const gzipBytes = await bytesSent(join(place.folder, 'gzip'), count, {
    ...env,
    OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
  });
  const fleet = await ScaledOut.start(place, '2s');
  const blogs = await Blogs.start(1, place.folder, fleet.endpoint, env);
  const gatewayPids = fleet.gateways.map(({ pid }) => pid);
  await blogs.ask(200);
  await blogs.ledger();
  const before = [blogs.pids, [fleet.balancer.pid], gatewayPids].map(cpuSeconds);
  const start = await blogs.ledger();
  await blogs.ask(count);
  const { requests, sent } = await blogs.ledger();
  await until(
    () => [fleet.received.length, fleet.stored.length] as const,
    ([received, stored]) =>
      received >= sent && stored >= [...toKeep(byTrace(fleet.received)).values()].flat().length,
  );
  const after = [blogs.pids, [fleet.balancer.pid], gatewayPids].map(cpuSeconds);
  const [blogSeconds, balancerSeconds, gatewaySeconds] = after.map((seconds, i) => seconds - before[i]!);
  const figures = {
    requests: requests - start.requests,
    spans: sent - start.sent,
    traces: byTrace(fleet.received.slice(start.sent)).size,
    plainBytes,
    gzipBytes,
    keptSpans: fleet.stored.length,
    blogSeconds: blogSeconds!,
    balancerSeconds: balancerSeconds!,
    gatewaySeconds: gatewaySeconds!,
    balancerMebibytes: residentMebibytes(fleet.balancer.pid),
    gatewayMebibytes: Math.max(...gatewayPids.map(residentMebibytes)),
  };
  await blogs.stop();
  await fleet.stop();
  return figures;
}

/** Bytes of span exports for so many requests. */
async function bytesSent(
  folder: string,
  count: number,
  env: Readonly<Record<string, string>>,
): Promise<number> {
  await using receiver = await httpReceiver();
  const blogs = await Blogs.start(1, folder, receiver.url, env);
  await blogs.ask(200);
  await blogs.ledger();
  const before = receiver.bodies.length;
  await blogs.ask(count);
  await blogs.ledger();
  await blogs.stop();
  return receiver.bodies.slice(before).reduce((sum, { body }) => sum + body.length, 0);
}
