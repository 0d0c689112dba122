/** `1 second`, `45 seconds`, `3 minutes`: rounded up, so that a retry is never too early. */
export function waitText(millis: number): string {
  const seconds = Math.max(1, Math.ceil(millis / 1000));
  if (seconds < 90) return seconds === 1 ? '1 second' : `${seconds} seconds`;
  return `${Math.ceil(seconds / 60)} minutes`;
}
