import type { Clock } from '../base/clock.ts';
import type { Marker } from '../query.ts';
import { readSettings } from '../settings/read-settings.ts';
import { formatSamplingRates } from '../settings/sampling-rates.ts';
import type { SettingValues } from '../settings/settings-table.ts';
import type { SamplingSettings } from './sampling-settings.ts';

/** Changes remembered, oldest out first; ~300 bytes each. */
const MAX_AUDIT_ENTRIES = 100;
const MAX_WHO_LENGTH = 128;

/** What may change while the process runs, by the names and in the words of the settings table. */
export const LIVE_SETTINGS = [
  'METRICS_SAMPLING_RATE',
  'METRICS_EXPORT_SAMPLING_RATE',
  'METRICS_SLOW_REQUEST_THRESHOLD',
  'METRICS_SLOW_QUERY_THRESHOLD',
  'METRICS_SLOW_RENDER_THRESHOLD',
] as const;
export type LiveSettingName = (typeof LIVE_SETTINGS)[number];
export type SamplingChange = Readonly<Partial<Record<LiveSettingName, string>>>;

export interface ChangeProblem {
  readonly name: string;
  /** Completes "this value cannot be used: …". */
  readonly message: string;
}

/** Settings as they would be; nothing has changed yet, so a dry run may use them. */
export interface SamplingProposal {
  readonly settings: SamplingSettings;
  /** In force when it was made. */
  readonly base: SamplingSettings;
}

export interface AuditEntry {
  readonly atMillis: number;
  readonly who: string;
  readonly changes: readonly { readonly name: LiveSettingName; readonly from: string; readonly to: string }[];
}

/**
 * The sampling settings in force, and the only way to change them while the process runs (G26): checked by the parsers of the settings
 * table, replaced as one frozen object, and written down.
 */
export class LiveSampling {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #audit: AuditEntry[] = [];
  #current: SamplingSettings;

  /** Export rates that are the very object of the rates follow them. */
  constructor(initial: SamplingSettings, clock: Pick<Clock, 'now'>) {
    this.#current = freeze(initial);
    this.#clock = clock;
  }

  /** The same object until something changes; hand it to the SamplingSpanProcessor as it is. */
  readonly settings = (): SamplingSettings => this.#current;

  /** Checks a change, given as it would be written in the environment. All that is wrong comes back together. */
  propose(
    change: Readonly<Record<string, string>>,
  ): SamplingProposal | { readonly problems: readonly ChangeProblem[] } {
    const problems: ChangeProblem[] = [];
    const written: Record<string, string> = {};
    for (const [name, text] of Object.entries(change)) {
      if ((LIVE_SETTINGS as readonly string[]).includes(name)) written[name] = text;
      else
        problems.push({
          name,
          message: `it cannot change while the process runs; ${LIVE_SETTINGS.join(', ')} can`,
        });
    }
    const { values, problems: wrong } = readSettings(written, {});
    for (const { variable, value, message } of wrong)
      problems.push({ name: variable, message: `${message}, got ${value}` });
    if (problems.length > 0) return { problems };
    return { base: this.#current, settings: freeze(merge(this.#current, written, values)) };
  }

  /** Puts a proposal in force at once; undefined, and nothing changed, when other settings came into force since it was made. */
  apply({ base, settings }: SamplingProposal, who: string): AuditEntry | undefined {
    if (base !== this.#current) return undefined;
    const before = textsOf(base);
    const after = textsOf(settings);
    const changes = LIVE_SETTINGS.filter((name) => before[name] !== after[name]).map((name) =>
      Object.freeze({ name, from: before[name], to: after[name] }),
    );
    const entry = Object.freeze({
      atMillis: this.#clock.now(),
      who: who.slice(0, MAX_WHO_LENGTH),
      changes: Object.freeze(changes),
    });
    if (changes.length === 0) return entry;
    this.#audit.push(entry);
    if (this.#audit.length > MAX_AUDIT_ENTRIES) this.#audit.shift();
    this.#current = settings;
    return entry;
  }

  /** Oldest first. */
  audit(): readonly AuditEntry[] {
    return [...this.#audit];
  }

  /** For the charts. */
  markers(): readonly Marker[] {
    return this.#audit.map(({ atMillis, who, changes }) => ({
      atMillis,
      kind: 'settings',
      label: `${changes.map(({ name, from, to }) => `${name} ${from} → ${to}`).join(', ')} (${who})`,
    }));
  }
}

function merge(current: SamplingSettings, written: SamplingChange, values: SettingValues): SamplingSettings {
  const seconds = (name: LiveSettingName, value: number, nanos: number): number =>
    written[name] === undefined ? nanos : value * 1e9;
  const { http, database, render, other } = current.slowThresholdNanos;
  const rates = written.METRICS_SAMPLING_RATE === undefined ? current.rates : values.rates;
  const follows = current.exportRates === current.rates;
  return {
    rates,
    keepsWholeTrace: current.keepsWholeTrace,
    exportRates: values.exportRates ?? (follows ? rates : current.exportRates),
    slowThresholdNanos: {
      http: seconds('METRICS_SLOW_REQUEST_THRESHOLD', values.slowRequestSeconds, http),
      database: seconds('METRICS_SLOW_QUERY_THRESHOLD', values.slowQuerySeconds, database),
      render: seconds('METRICS_SLOW_RENDER_THRESHOLD', values.slowRenderSeconds, render),
      other,
    },
  };
}

function freeze(settings: SamplingSettings): SamplingSettings {
  const { rates, exportRates, slowThresholdNanos } = settings;
  return Object.freeze({
    ...settings,
    rates: Object.freeze(rates),
    exportRates: Object.freeze(exportRates),
    slowThresholdNanos: Object.freeze(slowThresholdNanos),
  });
}

function textsOf({
  rates,
  exportRates,
  slowThresholdNanos,
}: SamplingSettings): Record<LiveSettingName, string> {
  return {
    METRICS_SAMPLING_RATE: formatSamplingRates(rates),
    METRICS_EXPORT_SAMPLING_RATE: formatSamplingRates(exportRates),
    METRICS_SLOW_REQUEST_THRESHOLD: String(slowThresholdNanos.http / 1e9),
    METRICS_SLOW_QUERY_THRESHOLD: String(slowThresholdNanos.database / 1e9),
    METRICS_SLOW_RENDER_THRESHOLD: String(slowThresholdNanos.render / 1e9),
  };
}
