/** How long a newer patch may be out before the one we bring counts as old. */
export const MAX_LAG_DAYS = 45;
const DAY_MILLIS = 86_400_000;

type Version = readonly [major: number, minor: number, patch: number];

function versionOf(text: string): Version | undefined {
  const match = /^(\d+)\.(\d+)\.(\d+)$/.exec(text);
  return match === null ? undefined : [Number(match[1]), Number(match[2]), Number(match[3])];
}

function isNewer(a: Version, b: Version): boolean {
  const at = a.findIndex((part, index) => part !== b[index]);
  return at !== -1 && a[at]! > b[at]!;
}

/**
 * The newest version of the pinned version's own line, if it has been published for longer than MAX_LAG_DAYS; undefined if the pin is
 * new enough. `published`: version to ISO 8601 time, as `npm view PACKAGE time --json` prints it.
 */
export function overdueVersion(
  pinned: string,
  published: Readonly<Record<string, string>>,
  nowMillis: number,
): string | undefined {
  const own = versionOf(pinned);
  if (own === undefined) throw new TypeError(`${pinned} is not an exact version`);
  const overdue = Object.entries(published).flatMap(([text, time]) => {
    const version = versionOf(text);
    const isOverdue =
      version !== undefined &&
      version[0] === own[0] &&
      isNewer(version, own) &&
      Date.parse(time) < nowMillis - MAX_LAG_DAYS * DAY_MILLIS;
    return isOverdue ? [version] : [];
  });
  if (overdue.length === 0) return undefined;
  return overdue.reduce((newest, version) => (isNewer(version, newest) ? version : newest)).join('.');
}
