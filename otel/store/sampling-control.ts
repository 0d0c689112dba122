import type { Guard } from '../base/guard.ts';
import type { LiveSettings, Marker, SettingsOutcome, SettingsTrial, TelemetryControl } from '../query.ts';
import type { LiveSampling } from '../sampling/live-sampling.ts';
import type { SettingProblem, SettingsChange, SettingsRequest } from '../sampling/settings-change.ts';
import type { HistoryFile } from './history-file.ts';
import type { HistoryPart } from './history-part.ts';
import type { Markers } from './markers.ts';
import { SettingHistory } from './setting-history.ts';

/** How the page changes sampling: tried, applied, marked on the charts and kept in the history file. */
export class SamplingControl
  implements HistoryPart, Pick<TelemetryControl, 'trySettings' | 'changeSettings'>
{
  readonly #live: LiveSampling;
  readonly #markers: Markers;
  readonly #history: SettingHistory;

  constructor(options: { readonly live: LiveSampling; readonly markers: Markers; readonly guard: Guard }) {
    this.#live = options.live;
    this.#markers = options.markers;
    this.#history = new SettingHistory(options.live, options.guard);
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
    return { revision: proposal.revision, changes: proposal.changes };
  }

  changeSettings(request: SettingsRequest, revision: string, who: string): SettingsOutcome {
    this.#history.sync();
    const proposal = this.#live.propose(request);
    if ('problems' in proposal) return proposal;
    const change = revision === proposal.revision ? this.#live.apply(proposal, who) : undefined;
    if (change === undefined) return { isOutdated: true };
    if (change.changes.length === 0) return { change, isSaved: true };
    this.#markers.add(markerOf(change));
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
