import { context, ROOT_CONTEXT } from '@opentelemetry/api';

/**
 * A timeout that keeps neither the process alive nor the request that happened to ask for it: made under ROOT_CONTEXT,
 * since a timer holds the context it was made in, and unref'd.
 */
export function backgroundTimeout(work: () => void, delayMillis: number): NodeJS.Timeout {
  return context.with(ROOT_CONTEXT, () => setTimeout(work, delayMillis)).unref();
}
