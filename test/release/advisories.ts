const SEVERITIES = ['info', 'low', 'moderate', 'high', 'critical'] as const;
type Severity = (typeof SEVERITIES)[number];

/** One package of the lockfile about which something is known. */
export interface Advisory {
  readonly name: string;
  readonly severity: Severity;
  /** Of each advisory about the package itself. */
  readonly titles: readonly string[];
}

/**
 * What `npm audit --json` found, the worst first; undefined when it found out nothing: the registry did not answer, or not in a form that
 * is known here.
 */
export function advisoriesIn(report: string): readonly Advisory[] | undefined {
  const found = vulnerabilitiesOf(report);
  return found === undefined
    ? undefined
    : Object.entries(found)
        .map(([name, value]) => advisoryOf(name, value))
        .toSorted((a, b) => SEVERITIES.indexOf(b.severity) - SEVERITIES.indexOf(a.severity));
}

/** Whether it has to be mended before anything else is merged. */
export function isUrgent({ severity }: Advisory): boolean {
  return SEVERITIES.indexOf(severity) >= SEVERITIES.indexOf('high');
}

function vulnerabilitiesOf(report: string): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(report);
    const found = isRecord(parsed) ? parsed['vulnerabilities'] : undefined;
    return isRecord(found) ? found : undefined;
  } catch {
    return undefined;
  }
}

function advisoryOf(name: string, value: unknown): Advisory {
  const fields = isRecord(value) ? value : {};
  const via = Array.isArray(fields['via']) ? fields['via'] : [];
  return {
    name,
    // What has no severity that is known is taken for the worst.
    severity: SEVERITIES.find((severity) => severity === fields['severity']) ?? 'critical',
    titles: via.flatMap((each: unknown) =>
      isRecord(each) && typeof each['title'] === 'string' ? [each['title']] : [],
    ),
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
