import type { Attributes, Exception } from '@opentelemetry/api';
import { ATTR_EXCEPTION_MESSAGE, ATTR_EXCEPTION_STACKTRACE, ATTR_EXCEPTION_TYPE } from '../base/semconv.ts';

/** The attributes that the SDK's `recordException` sets: `code` takes precedence over `name`, and empty values are left out. */
export function exceptionAttributes(exception: Exception): Attributes {
  const attributes: Attributes = {};
  if (typeof exception === 'string') attributes[ATTR_EXCEPTION_MESSAGE] = exception;
  else if (exception) {
    const { code, name, message, stack } = exception;
    if (code) attributes[ATTR_EXCEPTION_TYPE] = String(code);
    else if (name) attributes[ATTR_EXCEPTION_TYPE] = name;
    if (message) attributes[ATTR_EXCEPTION_MESSAGE] = message;
    if (stack) attributes[ATTR_EXCEPTION_STACKTRACE] = stack;
  }
  return attributes;
}
