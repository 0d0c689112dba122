import type { AttributeMap, AttributeValue } from '../../../otel/query.ts';

/** Attributes of a span: by name, or key, value, key, value. */
export type SpanAttributes = AttributeMap | readonly AttributeValue[];

const THREAD_NAME = 'thread.name';

export function attributeOf(attributes: SpanAttributes, key: string): AttributeValue | undefined {
  if (!isList(attributes)) return attributes[key];
  for (let at = 0; at < attributes.length; at += 2) if (attributes[at] === key) return attributes[at + 1];
  return undefined;
}

function isList(attributes: SpanAttributes): attributes is readonly AttributeValue[] {
  return Array.isArray(attributes);
}

/** The worker thread that an operation ran in; undefined if it ran in the main thread, as far as is known. */
export function threadOf({ attributes }: { readonly attributes?: SpanAttributes }): string | undefined {
  const thread = attributes && attributeOf(attributes, THREAD_NAME);
  return typeof thread === 'string' ? thread : undefined;
}
