import type { Clock } from '../base/clock.ts';
import type { Guard } from '../base/guard.ts';
import type {
  DryRun,
  Limits,
  LiveSettings,
  Marker,
  SettingsOutcome,
  SettingsTrial,
  TelemetryControl,
} from '../query.ts';
import type { Policy } from '../sampling/policy.ts';
import type { SamplingSettings } from '../sampling/sampling-settings.ts';
import type { LiveSampling } from '../sampling/live-sampling.ts';
import type { SettingProblem, SettingsChange, SettingsRequest } from '../base/settings-change.ts';
import type { AggregateReader } from './aggregate-reader.ts';
import { type HeldTrace, replay } from './dry-run.ts';
import { expectedVolume } from './expected-volume.ts';
import type { HistoryFile } from './history-file.ts';
import type { HistoryPart } from './history-part.ts';
import type { Markers } from './markers.ts';
import { SettingHistory } from './setting-history.ts';
import type { TraceRing } from './trace-ring.ts';

/** Some 15 ms of work, in slices. */
const MAX_REPLAYED = 2000;
const HOUR_MILLIS = 3_600_000;

export interface SamplingControlOptions {
  readonly live: LiveSampling;
  /** The app's policies, in addition to those of the settings. */
  readonly policies: readonly Policy[];
  /** Read by a dry run, after being brought up to date. */
  readonly ring: Pick<TraceRing, 'values'>;
  readonly aggregates: Pick<AggregateReader, 'operations' | 'series' | 'percentileOf'>;
  readonly markers: Markers;
  readonly guard: Guard;
  readonly clock: Pick<Clock, 'now'>;
}

/** Changes sampling from the page: a change is tried, applied, marked on charts and stored in the history file. */
export class SamplingControl
  implements HistoryPart, Pick<TelemetryControl, 'trySettings' | 'changeSettings'>
{
  readonly #options: SamplingControlOptions;
  readonly #live: LiveSampling;
  readonly #history: SettingHistory;

  constructor(options: SamplingControlOptions) {
    this.#options = options;
    this.#live = options.live;
    this.#history = new SettingHistory(options.live, options.guard);
  }

  limits(): Limits {
    this.#history.sync();
    return this.#live.limits;
  }

  facts(): LiveSettings {
    this.#history.sync();
    const { revision, changes } = this.#live;
    return {
      revision,
      settings: this.#live.facts(),
      changes,
      lasts: this.#history.lasts,
      isSaved: this.#history.isSaved,
    };
  }

  async trySettings(
    request: SettingsRequest,
  ): Promise<SettingsTrial | { readonly problems: readonly SettingProblem[] }> {
    this.#history.sync();
    const proposal = this.#live.propose(request);
    if ('problems' in proposal) return proposal;
    const { revision, changes, settings } = proposal;
    if (settings === this.#live.settings()) return { revision, changes, dryRun: undefined };
    return { revision, changes, dryRun: await this.#dryRun(settings) };
  }

  async #dryRun(proposed: SamplingSettings): Promise<DryRun> {
    const { ring, policies, guard, clock } = this.#options;
    const now = this.#options.live.settings();
    const held = [...ring.values()];
    // Traces may be evicted or gain spans meanwhile.
    const traces = held
      .slice(-MAX_REPLAYED)
      .map(({ traceId, spans, extent, remoteParent, head, droppedSpans }): HeldTrace => ({
        traceId,
        spans: spans.slice(),
        extent,
        remoteParent,
        head,
        droppedSpans,
      }));
    const range = { fromMillis: clock.now() - HOUR_MILLIS, toMillis: clock.now() };
    return {
      traces: traces.length,
      held: held.length,
      operations: traces.reduce((sum, { spans }) => sum + spans.length, 0),
      gone: traces.reduce((sum, { droppedSpans }) => sum + droppedSpans, 0),
      remote: traces.filter(({ remoteParent }) => remoteParent).length,
      now: await replay(traces, now, policies, guard),
      proposed: await replay(traces, proposed, policies, guard),
      expected: [now, proposed].some(({ rules, target }) => rules.length > 0 || target > 0)
        ? undefined
        : { range, types: expectedVolume(this.#options.aggregates, range, now, proposed) },
    };
  }

  changeSettings(request: SettingsRequest, revision: string, who: string): SettingsOutcome {
    this.#history.sync();
    const proposal = this.#live.propose(request);
    if ('problems' in proposal) return proposal;
    const change = revision === proposal.revision ? this.#live.apply(proposal, who) : undefined;
    if (change === undefined) return { isOutdated: true };
    if (change.changes.length === 0) return { change, isSaved: true };
    this.#options.markers.add(markerOf(change));
    return { change, isSaved: this.#history.save() };
  }

  restore(file: HistoryFile): void {
    this.#history.restore(file);
  }
  write(file: HistoryFile): void {
    this.#history.write(file);
  }
  close(file: HistoryFile): void {
    this.#history.close(file);
  }
}

function markerOf({ atMillis, who, changes }: SettingsChange): Marker {
  const what = changes.map(({ name, from, to }) => `${name} ${from} → ${to}`).join(', ');
  return { atMillis, kind: 'settings', label: `${what} (${who})` };
}
