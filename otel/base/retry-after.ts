/** A longer wait is not believed. */
const MAX_RETRY_AFTER_MILLIS = 3_600_000;

/** Waiting time that `Retry-After` asks for, in milliseconds, at most an hour; undefined without a valid header (RFC 9110, section 10.2.3). */
export function retryAfterOf(header: string | undefined, nowMillis: number): number | undefined {
  if (header === undefined) return undefined;
  const millis = /^\s*\d{1,9}\s*$/.test(header) ? Number(header) * 1000 : Date.parse(header) - nowMillis;
  return Number.isNaN(millis) ? undefined : Math.min(MAX_RETRY_AFTER_MILLIS, Math.max(0, millis));
}
