import { type Attributes, type AttributeValue } from '@opentelemetry/api';
import { DataPointType, type MetricData } from '@opentelemetry/sdk-metrics';

/** Prometheus spells units out; an annotation in braces is not a unit. */
const UNITS: Readonly<Record<string, string>> = {
  d: 'days',
  h: 'hours',
  min: 'minutes',
  s: 'seconds',
  ms: 'milliseconds',
  us: 'microseconds',
  ns: 'nanoseconds',
  By: 'bytes',
  KiBy: 'kibibytes',
  MiBy: 'mebibytes',
  '%': 'percent',
};
/** Longer label values are cut: a page must not grow with what an app or a client sends. */
const MAX_VALUE_CHARS = 1024;
/** Labels that a sample may have of its own. */
const OWN_LABELS: ReadonlySet<string> = new Set(['le', 'quantile']);

export type FamilyType = 'counter' | 'gauge' | 'histogram';

export interface FamilyName {
  /** Without `_total`. */
  readonly name: string;
  /** Suffix of the name; empty if it has none. */
  readonly unit: string;
  readonly type: FamilyType;
}

/**
 * Name and type of a metric. Source: OpenTelemetry specification, "Prometheus and OpenMetrics Compatibility": the unit is part of the name. A gauge
 * or counter ending in `_count` would look like a part of a histogram; promtool refuses it.
 */
export function familyOf(metric: MetricData): FamilyName {
  const { descriptor } = metric;
  const type = typeOf(metric);
  const unit = descriptor.unit === '1' ? (type === 'gauge' ? 'ratio' : '') : (UNITS[descriptor.unit] ?? '');
  let name = plainName(descriptor.name);
  if (type === 'counter') name = name.replace(/_total$/, '');
  if (type !== 'histogram') name = name.replace(/_count$/, '');
  return { name: unit === '' || name.endsWith(`_${unit}`) ? name : `${name}_${unit}`, unit, type };
}

function typeOf(metric: MetricData): FamilyType {
  if (metric.dataPointType === DataPointType.GAUGE) return 'gauge';
  if (metric.dataPointType !== DataPointType.SUM) return 'histogram';
  return metric.isMonotonic ? 'counter' : 'gauge';
}

/** `name="value"` of each attribute, joined by commas. Values of attributes that get the same name are joined by `;`. */
export function labelsOf(attributes: Attributes): string {
  const labels = new Map<string, string>();
  for (const key of Object.keys(attributes)) {
    const value = attributes[key];
    if (value === undefined) continue;
    const plain = plainName(key);
    const name = OWN_LABELS.has(plain) ? `exported_${plain}` : plain;
    const before = labels.get(name);
    labels.set(name, before === undefined ? valueText(value) : `${before};${valueText(value)}`);
  }
  let text = '';
  for (const [name, value] of labels) text += `${text === '' ? '' : ','}${name}="${escaped(value)}"`;
  return text;
}

/** Escapes a label's value, and in OpenMetrics a help text. */
export function escaped(text: string): string {
  return escapedHelp(text).replaceAll('"', '\\"');
}

/** Escapes a help text of the text format. */
export function escapedHelp(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

function plainName(name: string): string {
  const plain = name.replace(/[^a-zA-Z0-9]+/g, '_');
  return /^[0-9]/.test(plain) ? `_${plain}` : plain;
}

function valueText(value: AttributeValue): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.slice(0, MAX_VALUE_CHARS).toWellFormed();
}
