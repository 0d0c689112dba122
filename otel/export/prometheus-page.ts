import { context, ROOT_CONTEXT } from '@opentelemetry/api';
import { AggregationTemporality, type MetricProducer, MetricReader } from '@opentelemetry/sdk-metrics';
import type { Guard } from '../base/guard.ts';
import type { MetricsPage } from '../base/metrics-page.ts';
import { describeError } from './export-books.ts';
import { expose, type ExpositionFormat } from './exposition.ts';

/** Per instrument; the SDK folds the rest into a series with `otel.metric.overflow`. */
const MAX_SERIES_PER_INSTRUMENT = 200;
/** A slower callback of an observable instrument is not awaited. */
const MAX_COLLECT_MILLIS = 1000;
const OPEN_METRICS = 'application/openmetrics-text';
const MEDIA_TYPES: Readonly<Record<ExpositionFormat, string>> = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: `${OPEN_METRICS}; version=1.0.0; charset=utf-8`,
};

/** All metrics of this process for Prometheus: those of the app's instruments, and those of `producer`, as in OTLP. */
export class PrometheusPage extends MetricReader {
  readonly #guard: Guard;

  constructor(producer: MetricProducer, guard: Guard) {
    super({
      aggregationTemporalitySelector: () => AggregationTemporality.CUMULATIVE,
      cardinalitySelector: () => MAX_SERIES_PER_INSTRUMENT,
      metricProducers: [producer],
    });
    this.#guard = guard;
  }

  /**
   * Never rejects. An instrument whose callback fails is reported as a fault and left out; if everything fails, the page says so. @param accept Header
   * of the request; OpenMetrics 1.0.0 is used if it is preferred to the text format.
   */
  async read(accept?: string): Promise<MetricsPage> {
    const format = prefersOpenMetrics(accept) ? 'openmetrics' : 'text';
    const report = (problem: unknown): void => this.#guard.report('metrics page', problem);
    try {
      // Not in the context of the request: it must not outlive the request.
      const { resourceMetrics, errors } = await context.with(ROOT_CONTEXT, () =>
        this.collect({ timeoutMillis: MAX_COLLECT_MILLIS }),
      );
      errors.forEach(report);
      return {
        status: 200,
        contentType: MEDIA_TYPES[format],
        text: expose(resourceMetrics, format, report),
      };
    } catch (error) {
      report(error);
      const text = `The metrics could not be collected: ${describeError(error)}\n`;
      return { status: 500, contentType: 'text/plain; charset=utf-8', text };
    }
  }

  protected override onForceFlush(): Promise<void> {
    return Promise.resolve();
  }

  protected override onShutdown(): Promise<void> {
    return Promise.resolve();
  }
}

function prefersOpenMetrics(accept = ''): boolean {
  let openMetrics = 0;
  let text = 0;
  for (const range of accept.toLowerCase().split(',')) {
    const [type, ...parameters] = range.split(';').map((part) => part.trim());
    const valueOf = (name: string): string | undefined =>
      parameters.find((each) => each.startsWith(`${name}=`))?.slice(name.length + 1);
    const quality = Number(valueOf('q') ?? 1);
    if (type === OPEN_METRICS) {
      if ((valueOf('version') ?? '1.0.0') === '1.0.0') openMetrics = Math.max(openMetrics, quality);
    } else if (type === 'text/plain' || type === 'text/*' || type === '*/*') text = Math.max(text, quality);
  }
  return openMetrics > 0 && openMetrics >= text;
}
