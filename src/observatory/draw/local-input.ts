/** As a datetime-local field takes it: the server's wall clock. */
export function localInput(millis: number): string {
  const at = new Date(millis);
  return new Date(millis - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}
