import type { Attributes } from '@opentelemetry/api';
import { redactedText } from '../base/redacted-text.ts';
import { ATTR_EXCEPTION_MESSAGE, ATTR_EXCEPTION_STACKTRACE } from '../base/semconv.ts';

/** Texts of an error, which may quote the address or the options of a call. */
const ERROR_TEXTS = [ATTR_EXCEPTION_MESSAGE, ATTR_EXCEPTION_STACKTRACE] as const;

/** The message of a failed span without credentials. */
export function errorText(message: unknown): string {
  return redactedText(String(message));
}

/** Attributes of a span or event without credentials in the texts of an error; the same object if there are none. */
export function withoutErrorSecrets<Given extends Attributes | undefined>(attributes: Given): Given {
  let safe = attributes;
  for (const key of ERROR_TEXTS) {
    const text = attributes?.[key];
    if (typeof text !== 'string') continue;
    const redacted = errorText(text);
    if (redacted !== text) safe = { ...safe, [key]: redacted };
  }
  return safe;
}
