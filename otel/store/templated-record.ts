import type { AttributeValue, KeepReason, OperationType, SpanRow } from '../query.ts';
import type { KeptSpan, SpanTemplate } from '../spans/kept-span.ts';
import { ARRAY_BYTES, copyAttributes, type FlatAttributes, stringBytes } from './attribute-copy.ts';
import { LearnedTemplates } from './learned-templates.ts';
import {
  type EventRecord,
  MAX_ATTRIBUTES,
  MAX_RECORD_BYTES,
  NO_EVENTS,
  SPAN_KINDS,
  toMillis,
  weightOf,
} from './span-record.ts';
import type { SpanRecord } from './span-record.ts';
import type { StringInterner } from './string-interner.ts';

/** The object, its two boxed doubles and its id; the weight is a small integer at most rates. */
const FIXED_BYTES = 208;
const VALUE_BYTES = 8;
const MAX_TEMPLATE_BYTES = MAX_RECORD_BYTES / 2;
const MAX_VALUE_CHARS = 1024;

/** What the records of one template share. */
export interface SharedFacts {
  readonly name: string;
  readonly kind: SpanRow['kind'];
  readonly type: OperationType;
  readonly series: string;
  readonly scope: string;
  readonly attributes: FlatAttributes;
}

/** The stored form of a span with a template: a third of the size of a full record, and nothing to copy. */
export class TemplatedRecord implements SpanRecord {
  // Declared, not defined, and no #private fields: a defined field is written twice, and every kept statement creates these.
  declare readonly spanId: string;
  declare readonly parentSpanId: string | undefined;
  declare readonly localRoot: boolean;
  declare readonly startMillis: number;
  declare readonly durationMillis: number;
  declare readonly keepReason: KeepReason;
  declare readonly keptBy: string | undefined;
  declare readonly weight: number | undefined;
  declare readonly bytes: number;
  declare readonly shared: SharedFacts;
  /** Numbers and booleans besides the shared attributes. */
  declare readonly own: FlatAttributes;

  constructor(span: KeptSpan, shared: SharedFacts, own: FlatAttributes, bytes: number) {
    const parent = span.parentSpanContext;
    this.spanId = span.spanId;
    this.parentSpanId = parent?.spanId;
    this.localRoot = parent === undefined || parent.isRemote === true;
    this.startMillis = toMillis(span.startTime);
    this.durationMillis = toMillis(span.duration);
    this.keepReason = span.keepReason;
    this.keptBy = span.keptBy;
    this.weight = weightOf(span.threshold);
    this.bytes = bytes;
    this.shared = shared;
    this.own = own;
  }

  get name(): string {
    return this.shared.name;
  }
  get kind(): SpanRow['kind'] {
    return this.shared.kind;
  }
  get type(): OperationType {
    return this.shared.type;
  }
  get series(): string {
    return this.shared.series;
  }
  get scope(): string {
    return this.shared.scope;
  }
  get status(): SpanRow['status'] {
    return 'unset';
  }
  get statusMessage(): undefined {
    return undefined;
  }
  get attributes(): FlatAttributes {
    return this.own.length === 0 ? this.shared.attributes : [...this.shared.attributes, ...this.own];
  }
  get events(): readonly EventRecord[] {
    return NO_EVENTS;
  }

  /** Written in full, as a record without a template. */
  toJSON(): SpanRecord {
    return {
      spanId: this.spanId,
      parentSpanId: this.parentSpanId,
      localRoot: this.localRoot,
      name: this.name,
      kind: this.kind,
      type: this.type,
      series: this.series,
      scope: this.scope,
      startMillis: this.startMillis,
      durationMillis: this.durationMillis,
      status: this.status,
      statusMessage: this.statusMessage,
      attributes: this.attributes,
      events: this.events,
      keepReason: this.keepReason,
      keptBy: this.keptBy,
      bytes: this.bytes,
    };
  }
}

/** Creates records of spans with templates; copies each template once, as long as it is in use. */
export class RecordTemplates {
  readonly #strings: StringInterner;
  readonly #learned = new LearnedTemplates();
  /** Undefined for a template too large to store whole. */
  readonly #shared = new WeakMap<SpanTemplate, SharedFacts | undefined>();

  constructor(strings: StringInterner) {
    this.#strings = strings;
  }

  /** Undefined for a span without a usable template, and for one that must be cut to fit a record. */
  record(span: KeptSpan): SpanRecord | undefined {
    const { template, ownAttributes = [] } =
      span.template === undefined ? (this.#learned.of(span) ?? {}) : span;
    if (template === undefined) return undefined;
    const own = ownAttributes as FlatAttributes;
    let bytes = FIXED_BYTES + (own.length === 0 ? 0 : ARRAY_BYTES + own.length * VALUE_BYTES);
    for (let i = 1; i < own.length; i += 2) if (!isSmall(own[i])) return undefined;
    let shared = this.#shared.get(template);
    if (shared === undefined) {
      if (this.#shared.has(template)) return undefined;
      const copied = copyAttributes(
        template.attributes,
        { maxAttributes: MAX_ATTRIBUTES, maxValueChars: MAX_VALUE_CHARS, maxBytes: MAX_TEMPLATE_BYTES },
        this.#strings,
      );
      const isWhole = copied.cut === 0 && copied.dropped === 0 && template.name.length <= MAX_VALUE_CHARS;
      if (isWhole) {
        shared = {
          name: template.name,
          kind: SPAN_KINDS[template.kind] ?? 'internal',
          type: span.operationType,
          series: span.series,
          scope: span.instrumentationScope.name,
          attributes: copied.flat,
        };
        // The first record accounts for the shared copy.
        bytes += copied.bytes + stringBytes(template.name);
      }
      this.#shared.set(template, shared);
      if (shared === undefined) return undefined;
    }
    return new TemplatedRecord(span, shared, own, bytes);
  }
}

/** A plain number or boolean; everything that may be long is measured and cut like any span's. */
function isSmall(value: AttributeValue | undefined): boolean {
  return typeof value === 'number' ? Number.isFinite(value) : typeof value === 'boolean';
}
