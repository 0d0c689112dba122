import { spanText } from '../../markup/span-text.ts';
import { countText, duration, share, size, text, threeDigits } from '../../markup/quantity.ts';
import { unitOf, type AlertMetric, type AlertRule } from '../../process/alert-rule.ts';
import type { AlertChange } from './evaluate.ts';
import type { Reading } from './read-rule.ts';

/** What is measured: `5xx of GET /search`, `p95 of database`. */
export function subjectText({ metric, type, route }: Pick<AlertRule, 'metric' | 'type' | 'route'>): string {
  const what: Readonly<Partial<Record<AlertMetric, string>>> = {
    '5xx': 'share of 5xx',
    failed: 'share of failures',
    worst_route: 'share of failures of the route that fails most',
    requests: 'number of requests',
    failures: 'number of failures',
    loop: 'longest hold of the event loop',
    disk: 'space left on the disk',
    burn: 'highest burn of an objective',
    export: 'export',
  };
  const name = what[metric] ?? metric;
  if (route !== undefined) return `${name} of ${route}`;
  return type === 'http' ? (name === metric ? `${name} of requests` : name) : `${name} of ${type}`;
}

/** A value in the unit of its metric. */
export function valueText(metric: AlertMetric, value: number | undefined): string {
  if (value === undefined) return 'unknown';
  switch (unitOf(metric)) {
    case 'share':
      return plain(text(share(value)));
    case 'millis':
      return plain(text(duration(value)));
    case 'bytes':
      return plain(text(size(value)));
    case 'count':
      return countText(value);
    case 'factor':
      return threeDigits(value);
    case 'state':
      return value === 0 ? 'working' : 'failing';
  }
}

/** `more than 5 %`; `failing` for the export. */
export function thresholdText({ metric, operator, threshold }: AlertRule): string {
  if (unitOf(metric) === 'state') return 'failing';
  const words = { '>': 'more than', '>=': 'at least', '<': 'fewer than', '<=': 'at most' };
  const below = unitOf(metric) === 'count' ? words[operator] : words[operator].replace('fewer', 'less');
  return `${below} ${valueText(metric, threshold)}`;
}

/** `The share of 5xx is 8 % of 240 requests in 5 minutes`. */
export function readingText(rule: AlertRule, { value, count, detail }: Reading): string {
  const { metric, windowMillis } = rule;
  if (metric === 'export')
    return detail === undefined ? 'The export is working' : `The export is failing (${detail})`;
  if (metric === 'disk') return `The space left on the disk is ${valueText(metric, value)}`;
  if (metric === 'burn')
    return `${detail ?? 'No objective'} burns its budget at ${valueText(metric, value)} times the rate that it has for 30 days, over ${lengthText(windowMillis)}`;
  const preposition = unitOf(metric) === 'share' ? 'of' : 'over';
  const from =
    rule.minCount === 0
      ? ''
      : ` ${preposition} ${countText(count)} ${rule.type === 'http' ? 'requests' : 'operations'}`;
  const subject = subjectText(rule);
  const article = /^p\d/.test(subject) ? '' : 'The ';
  return `${article}${subject} is ${valueText(metric, value)}${from} in ${lengthText(windowMillis)}${detail === undefined ? '' : `, ${detail}`}`;
}

/** One sentence, or two: what happened, with value, threshold and window. */
export function eventText(
  { change, lastedMillis }: { readonly change: AlertChange; readonly lastedMillis: number },
  rule: AlertRule,
  reading: Reading,
): string {
  const limit = rule.metric === 'export' ? '' : `; the alert is from ${thresholdText(rule)}`;
  const held = rule.forMillis === 0 ? '' : `, for ${lengthText(rule.forMillis)} or longer`;
  switch (change) {
    case 'firing':
      return `${readingText(rule, reading)}${held}${limit}.`;
    case 'reminder':
      return `For ${spanText(lastedMillis)} now: ${readingText(rule, reading)}${limit}.`;
    case 'recovered':
      return `Recovered after ${spanText(lastedMillis)}: ${readingText(rule, reading)}${limit}.`;
    case 'unjudged':
      return `No longer judged after ${spanText(lastedMillis)}: ${reading.unjudged ?? 'nothing to measure'}. It is not known whether it recovered: ${rule.text}.`;
    case 'removed':
      return removedText(rule.text);
  }
}

/** Of a rule that is no longer in the settings. */
export function removedText(rule: string): string {
  return `The rule was removed from ALERT_RULES while it was firing: ${rule}.`;
}

/** `5 minutes`, `90 seconds`: in the longest unit that has it whole. */
export function lengthText(millis: number): string {
  return millis % 60_000 !== 0 && millis > 60_000 ? `${millis / 1000} seconds` : wholeSpan(millis);
}

function wholeSpan(millis: number): string {
  return millis % 3_600_000 !== 0 && millis > 3_600_000 ? `${millis / 60_000} minutes` : spanText(millis);
}

function plain(words: string): string {
  return words.replaceAll('\u00a0', ' ');
}
