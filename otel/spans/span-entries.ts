import type { Attributes, HrTime, Link } from '@opentelemetry/api';
import { cleanAttributes, cleanSimpleAttributes } from '@opentelemetry/core';
import type { SpanLimits, TimedEvent } from '@opentelemetry/sdk-trace';

/** The SDK's defaults. */
export const DEFAULT_SPAN_LIMITS: Required<SpanLimits> = Object.freeze({
  attributeCountLimit: 128,
  attributeValueLengthLimit: Infinity,
  eventCountLimit: 128,
  linkCountLimit: 128,
  attributePerEventCountLimit: 128,
  attributePerLinkCountLimit: 128,
});

/** Shared by most spans; replaced before the first entry is added. */
export const NO_EVENTS: TimedEvent[] = Object.freeze([] as TimedEvent[]) as TimedEvent[];
export const NO_LINKS: Link[] = Object.freeze([] as Link[]) as Link[];

/** Returns the number dropped at the limit. */
export function pushEvent(
  events: TimedEvent[],
  name: string,
  time: HrTime,
  attributes: Attributes | undefined,
  limits: Required<SpanLimits>,
): number {
  const { attributePerEventCountLimit: attributeCountLimit, attributeValueLengthLimit } = limits;
  const cleaned = cleanSimpleAttributes(attributes, { attributeCountLimit, attributeValueLengthLimit });
  return pushNewest(events, { name, time, ...cleaned }, limits.eventCountLimit);
}

/** Returns the number dropped at the limit. */
export function pushLink(links: Link[], { context, attributes }: Link, limits: Required<SpanLimits>): number {
  const { attributePerLinkCountLimit: attributeCountLimit, attributeValueLengthLimit } = limits;
  const cleaned = cleanAttributes(attributes, { attributeCountLimit, attributeValueLengthLimit });
  return pushNewest(links, { context, ...cleaned }, limits.linkCountLimit);
}

function pushNewest<T>(entries: T[], entry: T, limit: number): number {
  if (limit === 0) return 1;
  const isFull = entries.length >= limit;
  if (isFull) entries.shift();
  entries.push(entry);
  return isFull ? 1 : 0;
}
