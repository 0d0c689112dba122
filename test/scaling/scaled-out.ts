import { join } from 'node:path';
import { freePort } from '../fixtures/free-port.ts';
import type { OtlpSpan } from '../fixtures/otlp-lines.ts';
import { CollectorNode, ownMetrics, tap, type NodeRecipe } from './node.ts';

/** The Collector, and a folder for what it writes. */
export type Place = Pick<NodeRecipe, 'program' | 'folder'>;

const GATEWAYS = ['gateway-1', 'gateway-2'] as const;
const loopback = (port: number): { readonly endpoint: string } => ({ endpoint: `127.0.0.1:${port}` });

/**
 * What `otel/SCALING.md` describes, on this machine: a balancer, two gateways with the configurations of deploy/scaling, and a Collector in the
 * place of Jaeger. Files record what the balancer received, what each gateway received, and what was stored.
 */
export class ScaledOut {
  readonly endpoint: string;
  readonly balancer: CollectorNode;
  readonly gateways: readonly CollectorNode[];
  readonly store: CollectorNode;

  private constructor(
    endpoint: string,
    balancer: CollectorNode,
    gateways: readonly CollectorNode[],
    store: CollectorNode,
  ) {
    this.endpoint = endpoint;
    this.balancer = balancer;
    this.gateways = gateways;
    this.store = store;
  }

  static async start(place: Place, decisionWait: string): Promise<ScaledOut> {
    const storePort = await freePort();
    const store = await startStore(place, storePort);
    const ports = [await freePort(), await freePort()];
    const gateways = [];
    for (const [i, name] of GATEWAYS.entries())
      gateways.push(await startGateway({ ...place, name }, ports[i]!, storePort, decisionWait));
    const port = await freePort();
    return new ScaledOut(
      `http://127.0.0.1:${port}`,
      await startBalancer(place, port, ports),
      gateways,
      store,
    );
  }

  /** Spans in the queues of the balancer, in bytes. */
  queuedBytes(gateway: number): Promise<number> {
    return this.balancer.series('otelcol_exporter_queue_size', `otlp_grpc/${GATEWAYS[gateway]!}`);
  }

  get received(): readonly OtlpSpan[] {
    return this.balancer.spans('received');
  }

  get stored(): readonly OtlpSpan[] {
    return this.store.spans('stored');
  }

  async stop(): Promise<void> {
    for (const node of [this.balancer, ...this.gateways, this.store]) await node.end('SIGTERM');
  }
}

function startStore(place: Place, port: number): Promise<CollectorNode> {
  return CollectorNode.start({
    ...place,
    name: 'store',
    overlay: ({ folder, metricsPort }) => ({
      receivers: { otlp: { protocols: { grpc: loopback(port) } } },
      exporters: { 'file/stored': tap(folder, 'stored') },
      service: {
        telemetry: ownMetrics(metricsPort),
        pipelines: { traces: { receivers: ['otlp'], exporters: ['file/stored'] } },
      },
    }),
  });
}

async function startGateway(
  place: Place & { readonly name: string },
  port: number,
  storePort: number,
  decisionWait: string,
): Promise<CollectorNode> {
  const ports = { health: await freePort(), metrics: await freePort() };
  return CollectorNode.start({
    ...place,
    config: 'gateway.yaml',
    overlay: ({ folder, metricsPort }) => ({
      extensions: {
        health_check: loopback(ports.health),
        file_storage: { directory: join(folder, 'queue') },
      },
      receivers: { otlp: { protocols: { grpc: loopback(port) } } },
      processors: { tail_sampling: { decision_wait: decisionWait } },
      exporters: {
        'otlp_grpc/jaeger': loopback(storePort),
        prometheus: loopback(ports.metrics),
        'file/received': tap(folder, 'received'),
      },
      service: {
        telemetry: ownMetrics(metricsPort),
        pipelines: { 'traces/weights': { exporters: ['span_metrics', 'file/received'] } },
      },
    }),
  });
}

async function startBalancer(
  place: Place,
  port: number,
  gatewayPorts: readonly number[],
): Promise<CollectorNode> {
  const ports = { health: await freePort(), metrics: await freePort(), grpc: await freePort() };
  const ring = await Promise.all(GATEWAYS.map(() => freePort()));
  const of = <T>(value: (i: number) => T, prefix: string): Record<string, T> =>
    Object.fromEntries(GATEWAYS.map((name, i) => [`${prefix}/${name}`, value(i)]));
  return CollectorNode.start({
    ...place,
    name: 'balancer',
    config: 'balancer.yaml',
    overlay: ({ folder, metricsPort }) => ({
      extensions: {
        health_check: loopback(ports.health),
        file_storage: { directory: join(folder, 'queue') },
      },
      receivers: {
        otlp: { protocols: { http: loopback(port), grpc: loopback(ports.grpc) } },
        ...of((i) => ({ protocols: { grpc: loopback(ring[i]!) } }), 'otlp'),
      },
      exporters: {
        load_balancing: { resolver: { static: { hostnames: ring.map((each) => `127.0.0.1:${each}`) } } },
        ...of((i) => loopback(gatewayPorts[i]!), 'otlp_grpc'),
        prometheus: loopback(ports.metrics),
        'file/received': tap(folder, 'received'),
      },
      service: {
        telemetry: ownMetrics(metricsPort),
        pipelines: { traces: { exporters: ['load_balancing', 'file/received'] } },
      },
    }),
  });
}
