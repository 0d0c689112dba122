import type { TelemetryQuery, TimeRange } from '../../../otel/query.ts';
import type { Sides } from './compared-sides.ts';

/** A stretch of time in which processes of one version ran. */
export interface VersionRun {
  readonly version: string;
  readonly fromMillis: number;
  /** Undefined while it runs. */
  readonly toMillis: number | undefined;
}

/** Oldest first. A version that came back has a run for each time. */
export function versionRuns(telemetry: Pick<TelemetryQuery, 'processes'>): readonly VersionRun[] {
  return telemetry
    .processes()
    .reduce<readonly VersionRun[]>((runs, { version, startedAtMillis, endedAtMillis }) => {
      if (version === undefined) return runs;
      const run = { version, fromMillis: startedAtMillis, toMillis: endedAtMillis };
      const last = runs.at(-1);
      if (last?.version !== version) return [...runs, run];
      return [...runs.slice(0, -1), { ...run, fromMillis: last.fromMillis }];
    }, []);
}

/** The versions that ran on both sides of a comparison, as far as they are known. */
export interface SidesVersions {
  readonly before: readonly string[];
  readonly after: readonly string[];
}

export function versionsOfSides(
  telemetry: Pick<TelemetryQuery, 'processes'>,
  { before, after }: Sides,
): SidesVersions {
  const runs = versionRuns(telemetry);
  const during = (range: TimeRange): readonly string[] => [
    ...new Set(
      runs
        .filter(
          ({ fromMillis, toMillis = Infinity }) => fromMillis < range.toMillis && toMillis > range.fromMillis,
        )
        .map(({ version }) => version),
    ),
  ];
  return { before: during(before), after: during(after) };
}
