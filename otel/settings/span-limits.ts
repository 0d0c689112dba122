import type { SettingValues } from './settings-table.ts';

/** Limits of one span, under the SDK's names; Infinity is unlimited. */
export interface SpanLimits {
  readonly attributeCountLimit: number;
  readonly attributeValueLengthLimit: number;
  readonly eventCountLimit: number;
  readonly linkCountLimit: number;
  readonly attributePerEventCountLimit: number;
  readonly attributePerLinkCountLimit: number;
}

export type LogRecordLimits = Pick<SpanLimits, 'attributeCountLimit' | 'attributeValueLengthLimit'>;

/** From OTEL_SPAN_*, OTEL_EVENT_*, OTEL_LINK_*; attribute limits fall back to OTEL_ATTRIBUTE_*. */
export function spanLimits(values: SettingValues): SpanLimits {
  return Object.freeze({
    attributeCountLimit: values.spanAttributeCountLimit ?? values.attributeCountLimit,
    attributeValueLengthLimit:
      values.spanAttributeValueLengthLimit ?? values.attributeValueLengthLimit ?? Infinity,
    eventCountLimit: values.spanEventCountLimit,
    linkCountLimit: values.spanLinkCountLimit,
    attributePerEventCountLimit: values.eventAttributeCountLimit,
    attributePerLinkCountLimit: values.linkAttributeCountLimit,
  });
}

/** From OTEL_LOGRECORD_*, else OTEL_ATTRIBUTE_*. */
export function logRecordLimits(values: SettingValues): LogRecordLimits {
  return Object.freeze({
    attributeCountLimit: values.logRecordAttributeCountLimit ?? values.attributeCountLimit,
    attributeValueLengthLimit:
      values.logRecordAttributeValueLengthLimit ?? values.attributeValueLengthLimit ?? Infinity,
  });
}
