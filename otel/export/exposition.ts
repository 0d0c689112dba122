import type { HrTime } from '@opentelemetry/api';
import {
  type DataPoint,
  DataPointType,
  type Histogram,
  type MetricData,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics';
import { bucketBounds, bucketIndex } from '../base/bucket-bounds.ts';
import type { Exemplar } from '../base/exemplar.ts';
import { toFixedBuckets } from './fixed-buckets.ts';
import { escaped, escapedHelp, type FamilyName, familyOf, labelsOf } from './metric-names.ts';
import { exemplarsOf } from './point-exemplars.ts';

/** `text` is the Prometheus text format 0.0.4, `openmetrics` OpenMetrics 1.0.0, which also has exemplars and start times. */
export type ExpositionFormat = 'text' | 'openmetrics';

/** All metrics of one name. */
class Family {
  readonly #name: FamilyName;
  readonly #help: string;
  readonly #isOpen: boolean;
  readonly #report: (problem: string) => void;
  readonly #labels = new Set<string>();
  #samples = '';
  #bounds: readonly number[] = [];
  #boundTexts: readonly string[] = [];

  constructor(metric: MetricData, format: ExpositionFormat, report: (problem: string) => void) {
    this.#name = familyOf(metric);
    this.#help = metric.descriptor.description || 'No description.';
    this.#isOpen = format === 'openmetrics';
    this.#report = report;
  }

  /** Leaves out what is there already, or would make the page invalid, and reports it. */
  add(metric: MetricData): void {
    const { name, type } = this.#name;
    if (familyOf(metric).type !== type) {
      this.#report(`${name} is a ${type} elsewhere; a metric of another type is left out`);
      return;
    }
    switch (metric.dataPointType) {
      case DataPointType.GAUGE:
      case DataPointType.SUM:
        for (const point of metric.dataPoints) this.#add(point, (labels) => this.#number(point, labels));
        break;
      case DataPointType.HISTOGRAM:
        for (const point of metric.dataPoints)
          this.#add(point, (labels) => this.#histogram(point, point.value, labels));
        break;
      case DataPointType.EXPONENTIAL_HISTOGRAM:
        for (const point of metric.dataPoints) {
          const value = toFixedBuckets(point.value, bucketBounds(metric.descriptor.name));
          this.#add(point, (labels) => this.#histogram(point, value, labels));
        }
    }
  }

  get text(): string {
    if (this.#samples === '') return '';
    const { name, unit, type } = this.#name;
    const shown = this.#isOpen || type !== 'counter' ? name : `${name}_total`;
    const unitLine = this.#isOpen && unit !== '' ? `# UNIT ${shown} ${unit}\n` : '';
    const help = this.#isOpen ? escaped(this.#help) : escapedHelp(this.#help);
    return `# TYPE ${shown} ${type}\n${unitLine}# HELP ${shown} ${help}\n${this.#samples}`;
  }

  #add(point: DataPoint<unknown>, samples: (labels: string) => string): void {
    const labels = labelsOf(point.attributes);
    if (this.#labels.has(labels)) {
      this.#report(`${this.#name.name}{${labels}} exists twice; the second is left out`);
      return;
    }
    this.#labels.add(labels);
    this.#samples += samples(labels);
  }

  #number({ value, startTime }: DataPoint<number>, labels: string): string {
    const { name, type } = this.#name;
    if (type !== 'counter') return sample(name, labels, value);
    return sample(`${name}_total`, labels, value) + this.#created(startTime, labels);
  }

  #histogram(point: DataPoint<unknown>, { count, sum, buckets }: Histogram, labels: string): string {
    const { name } = this.#name;
    const bounds = this.#boundsOf(buckets.boundaries);
    const exemplars = this.#isOpen ? byBucket(exemplarsOf(point), bounds) : undefined;
    const before = labels === '' ? '' : `${labels},`;
    let text = '';
    let below = 0;
    for (let at = 0; at < bounds.length; at++) {
      below += buckets.counts[at] ?? 0;
      text += bucket(name, `${before}le="${this.#boundTexts[at]}"`, below, exemplars?.get(at));
    }
    text += bucket(name, `${before}le="+Inf"`, count, exemplars?.get(bounds.length));
    text += sample(`${name}_count`, labels, count);
    if (sum !== undefined) text += sample(`${name}_sum`, labels, sum);
    return text + this.#created(point.startTime, labels);
  }

  /** Nearly always the same as of the point before. */
  #boundsOf(boundaries: readonly number[]): readonly number[] {
    if (boundaries === this.#bounds) return boundaries;
    this.#bounds = boundaries.includes(Infinity) ? boundaries.filter(Number.isFinite) : boundaries;
    this.#boundTexts = this.#bounds.map(boundText);
    return this.#bounds;
  }

  #created(startTime: HrTime, labels: string): string {
    return this.#isOpen ? sample(`${this.#name.name}_created`, labels, secondsText(startTime)) : '';
  }
}

/** All metrics as one page, each family once. `report` gets what had to be left out. */
export function expose(
  { resource, scopeMetrics }: ResourceMetrics,
  format: ExpositionFormat,
  report: (problem: string) => void,
): string {
  const isOpen = format === 'openmetrics';
  const families = new Map<string, Family>();
  for (const metric of scopeMetrics.flatMap(({ metrics }) => metrics)) {
    const { name } = familyOf(metric);
    let family = families.get(name);
    if (family === undefined) families.set(name, (family = new Family(metric, format, report)));
    family.add(metric);
  }
  const target = isOpen
    ? '# TYPE target info\n# HELP target'
    : '# TYPE target_info gauge\n# HELP target_info';
  let page = `${target} Target metadata\n${sample('target_info', labelsOf(resource.attributes), 1)}`;
  for (const family of families.values()) page += family.text;
  return isOpen ? `${page}# EOF\n` : page;
}

function byBucket(exemplars: readonly Exemplar[], bounds: readonly number[]): ReadonlyMap<number, Exemplar> {
  return new Map(exemplars.map((exemplar) => [bucketIndex(bounds, exemplar.value), exemplar]));
}

function bucket(name: string, labels: string, count: number, exemplar: Exemplar | undefined): string {
  if (exemplar === undefined) return sample(`${name}_bucket`, labels, count);
  const { traceId, spanId, value, time } = exemplar;
  const ids = `trace_id="${traceId}",span_id="${spanId}"`;
  return `${name}_bucket{${labels}} ${count} # {${ids}} ${value} ${secondsText(time)}\n`;
}

function sample(name: string, labels: string, value: number | string): string {
  return `${name}${labels === '' ? '' : `{${labels}}`} ${typeof value === 'number' ? numberText(value) : value}\n`;
}

function numberText(value: number): string {
  if (Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
}

/** The canonical form of OpenMetrics, in both formats: a bound written in two ways would be two series. */
function boundText(bound: number): string {
  if (Number.isInteger(bound)) return bound.toFixed(1);
  return bound < 1e-4 ? bound.toExponential().replace(/e-(\d)$/, 'e-0$1') : String(bound);
}

/** Epoch seconds with milliseconds. */
function secondsText([seconds, nanos]: HrTime): string {
  return `${seconds}.${String(Math.floor(nanos / 1e6)).padStart(3, '0')}`;
}
