import type { Attributes, HrTime, Link } from '@opentelemetry/api';
import { cleanAttributes, cleanSimpleAttributes } from '@opentelemetry/core';
import type { TimedEvent } from '@opentelemetry/sdk-trace';

/** The SDK's default limit, of attributes, events and links alike. */
const MAX_ENTRIES = 128;
/** Values may be of any length, as by the SDK's default. */
export const SPAN_LIMITS = { attributeCountLimit: MAX_ENTRIES, attributeValueLengthLimit: Infinity };

/** Of most spans; replaced before anything is put in. */
export const NO_EVENTS: TimedEvent[] = Object.freeze([] as TimedEvent[]) as TimedEvent[];
export const NO_LINKS: Link[] = Object.freeze([] as Link[]) as Link[];

/** Answers how many were dropped for it. */
export function pushEvent(
  events: TimedEvent[],
  name: string,
  time: HrTime,
  attributes: Attributes | undefined,
): number {
  return pushNewest(events, { name, time, ...cleanSimpleAttributes(attributes, SPAN_LIMITS) } as TimedEvent);
}

/** Answers how many were dropped for it. */
export function pushLink(links: Link[], { context, attributes }: Link): number {
  return pushNewest(links, { context, ...cleanAttributes(attributes, SPAN_LIMITS) } as Link);
}

function pushNewest<T>(entries: T[], entry: T): number {
  const isFull = entries.length >= MAX_ENTRIES;
  if (isFull) entries.shift();
  entries.push(entry);
  return isFull ? 1 : 0;
}
