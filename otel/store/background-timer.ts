import { context, ROOT_CONTEXT } from '@opentelemetry/api';

/**
 * An unref'd timeout that keeps neither the process nor the current request alive: created under ROOT_CONTEXT, because a timer retains the context
 * it was created in.
 */
export function backgroundTimeout(work: () => void, delayMillis: number): NodeJS.Timeout {
  return context.with(ROOT_CONTEXT, () => setTimeout(work, delayMillis)).unref();
}

/** The same, again and again. */
export function backgroundInterval(work: () => void, intervalMillis: number): NodeJS.Timeout {
  return context.with(ROOT_CONTEXT, () => setInterval(work, intervalMillis)).unref();
}
