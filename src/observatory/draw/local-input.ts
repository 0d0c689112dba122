/** Formats a moment for a datetime-local field, in the server's time zone. */
export function localInput(millis: number): string {
  const at = new Date(millis);
  return new Date(millis - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}
