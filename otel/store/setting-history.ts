import type { Guard } from '../base/guard.ts';
import { untraced } from '../base/untraced.ts';
import { type LiveSampling, MAX_CHANGES } from '../sampling/live-sampling.ts';
import type { HistoryFile } from './history-file.ts';
import type { HistoryPart } from './history-part.ts';
import type { SavedChange } from './setting-table.ts';

/**
 * Stores page settings in the history file and adopts changes made by another process on the same file: the newest change contains every value that
 * is set.
 */
export class SettingHistory implements HistoryPart {
  readonly #live: LiveSampling;
  readonly #guard: Guard;
  readonly #unsaved: SavedChange[] = [];
  #file: HistoryFile | undefined;
  /** Number of the newest change known to this process. */
  #last = 0;

  constructor(live: LiveSampling, guard: Guard) {
    this.#live = live;
    this.#guard = guard;
  }

  /** Returns true if changes outlast the process. */
  get lasts(): boolean {
    return this.#file !== undefined;
  }

  /** False while the newest change is not in the file. */
  get isSaved(): boolean {
    return this.#file === undefined || this.#unsaved.length === 0;
  }

  restore(file: HistoryFile): void {
    this.#file = file;
    this.#takeUp(file);
  }

  write(file: HistoryFile): void {
    this.#file = file;
    const table = file.settings;
    // A damaged file was replaced by an empty one.
    if (table.last < this.#last && this.#unsaved.length === 0) this.#note();
    if (this.#unsaved.length === 0) {
      if (table.last > this.#last) this.#takeUp(file);
      return;
    }
    file.transaction(() => {
      for (const saved of this.#unsaved) table.add(saved, MAX_CHANGES);
    });
    this.#unsaved.length = 0;
    this.#last = table.last;
  }

  close(file: HistoryFile): void {
    this.write(file);
    this.#file = undefined;
  }

  /** Synchronises with the file before settings are shown or changed. */
  sync(): void {
    const file = this.#file;
    if (file !== undefined) this.#quietly(() => this.write(file));
  }

  /** Writes the newest change at once; returns false if it is in memory only for now. */
  save(): boolean {
    this.#note();
    this.sync();
    return this.#file !== undefined && this.#unsaved.length === 0;
  }

  #note(): void {
    const change = this.#live.changes.at(-1);
    if (change !== undefined) this.#unsaved.push({ change, page: this.#live.page });
    if (this.#unsaved.length > MAX_CHANGES) this.#unsaved.shift();
  }

  #takeUp({ settings }: HistoryFile): void {
    const report = (error: unknown): void => this.#guard.report('history.settings', error);
    const saved = settings.newest(MAX_CHANGES, report);
    this.#last = settings.last;
    const newest = saved.at(-1);
    if (newest === undefined) return;
    const changes = saved.map(({ change }) => change);
    for (const { name, message } of this.#live.restore(newest.page, changes))
      report(`${name} falls back to the environment; the page's value is invalid: ${message}`);
  }

  /** Runs `work` untraced and never throws. */
  #quietly(work: () => void): void {
    untraced(() => this.#guard.run('history.settings', work, undefined));
  }
}
