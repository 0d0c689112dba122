import type { AttributeValue } from '@opentelemetry/api';
import { SpanStatusCode } from '@opentelemetry/api';
import type { KeptSpan, SpanTemplate } from '../spans/kept-span.ts';

/** Programs have a few dozen kinds of statements and pages. */
const MAX_TEMPLATES = 256;
/** Candidates seen once, waiting for a second occurrence. */
const MAX_SEEN_ONCE = 1024;
const MAX_KEY_CHARS = 4096;

interface Learned {
  readonly template: SpanTemplate;
  readonly ownAttributes: readonly AttributeValue[];
}

/**
 * Templates for spans without one, such as the SDK's: statements and pages with equal texts that differ in numbers only. The second occurrence
 * creates a template; those in use stay, and records keep theirs.
 */
export class LearnedTemplates {
  readonly #templates = new Map<string, SpanTemplate>();
  readonly #seenOnce = new Set<string>();

  /** Undefined for a span that a template cannot describe, and for a first occurrence. */
  of(span: KeptSpan): Learned | undefined {
    if (!isPlain(span)) return undefined;
    const { name, kind, series, operationType, attributes } = span;
    const words: Record<string, AttributeValue> = {};
    const ownAttributes: AttributeValue[] = [];
    let key = `${operationType} ${kind} ${part(span.instrumentationScope.name)}${part(name)}${part(series)}`;
    for (const [attribute, value] of Object.entries(attributes)) {
      if (typeof value === 'string') {
        words[attribute] = value;
        key += part(attribute) + part(value);
        if (key.length > MAX_KEY_CHARS) return undefined;
      } else if (value !== undefined) ownAttributes.push(attribute, value);
    }
    const template = this.#known(key) ?? this.#learn(key, { name, kind, attributes: words });
    return template && { template, ownAttributes };
  }

  #known(key: string): SpanTemplate | undefined {
    const template = this.#templates.get(key);
    if (template === undefined) return undefined;
    this.#templates.delete(key);
    this.#templates.set(key, template);
    return template;
  }

  #learn(key: string, template: SpanTemplate): SpanTemplate | undefined {
    if (!this.#seenOnce.delete(key)) {
      this.#seenOnce.add(key);
      if (this.#seenOnce.size > MAX_SEEN_ONCE) this.#seenOnce.delete(this.#seenOnce.keys().next().value!);
      return undefined;
    }
    this.#templates.set(key, template);
    if (this.#templates.size > MAX_TEMPLATES) this.#templates.delete(this.#templates.keys().next().value!);
    return template;
  }
}

/** Prefixed with its length, so that two texts cannot be confused. */
function part(text: string): string {
  return `${text.length}:${text}`;
}

/** Requests are excluded: their texts (addresses, agents) differ. */
function isPlain(span: KeptSpan): boolean {
  return (
    span.operationType !== 'http' &&
    span.status.code === SpanStatusCode.UNSET &&
    span.status.message === undefined &&
    span.events.length === 0 &&
    span.links.length === 0 &&
    span.droppedAttributesCount + span.droppedEventsCount + span.droppedLinksCount === 0
  );
}
