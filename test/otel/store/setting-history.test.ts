import { join } from 'node:path';
import { beforeEach, describe, expect, it } from '@jest/globals';
import Database from 'better-sqlite3';
import { Guard } from '../../../otel/base/guard.ts';
import { readTelemetryConfig } from '../../../otel/config.ts';
import { LiveSampling } from '../../../otel/sampling/live-sampling.ts';
import { samplingSettings } from '../../../otel/sampling/sampling-settings.ts';
import type { HistoryFile } from '../../../otel/store/history-file.ts';
import { SettingHistory } from '../../../otel/store/setting-history.ts';
import { openHistoryFile } from './history-fixture.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';

/** One process: its settings, and their history. */
class Settings {
  readonly guard = new Guard();
  readonly live: LiveSampling;
  readonly history: SettingHistory;

  constructor() {
    const config = readTelemetryConfig({ env: { METRICS_SAMPLING_RATE: '0.5' } });
    this.live = new LiveSampling(samplingSettings(config), config.settings, { now: () => 1000 });
    this.history = new SettingHistory(this.live, this.guard);
  }

  change(rate: string): boolean {
    const proposal = this.live.propose({ values: { METRICS_SAMPLING_RATE: rate } });
    if ('problems' in proposal) throw new Error(JSON.stringify(proposal.problems));
    this.live.apply(proposal, 'owner');
    return this.history.save();
  }

  get rate(): number {
    return this.live.settings().rates.http;
  }
}

describe('page settings in the history file', () => {
  let folder: string;
  let processes = 0;
  beforeEach(() => void (folder = temporaryFolder()));
  const open = (name = 'telemetry.sqlite'): HistoryFile =>
    openHistoryFile(join(folder, name), `p${processes++}`);

  it('are written at once, and restored with the list of changes', () => {
    const first = new Settings();
    first.history.restore(open());
    expect(first.change('0.2')).toBe(true);
    const second = new Settings();
    second.history.restore(open());
    expect(second.rate).toBe(0.2);
    expect(second.live.changes).toEqual(first.live.changes);
    expect(second.live.revision).toBe(first.live.revision);
  });

  it('are adopted by another process on the same file, which then has nothing outdated to apply', () => {
    const [one, other] = [new Settings(), new Settings()];
    one.history.restore(open());
    other.history.restore(open());
    const late = other.live.propose({ values: { METRICS_SAMPLING_RATE: '0.9' } });
    one.change('0.2');
    other.history.sync();
    expect(other.rate).toBe(0.2);
    if ('problems' in late) throw new Error('refused');
    expect(other.live.apply(late, 'owner')).toBeUndefined();
    other.change('0.3');
    one.history.sync();
    expect([one.rate, one.live.changes.length]).toEqual([0.3, 2]);
  });

  it('move to the file that replaces a damaged one', () => {
    const settings = new Settings();
    settings.history.restore(open());
    settings.change('0.2');
    const next = open('next.sqlite');
    settings.history.write(next);
    expect(settings.rate).toBe(0.2);
    const restarted = new Settings();
    restarted.history.restore(next);
    expect(restarted.rate).toBe(0.2);
  });

  it('apply if the file cannot be written, report it, and are written later', () => {
    const settings = new Settings();
    const file = open();
    settings.history.restore(file);
    const blocker = new Database(join(folder, 'telemetry.sqlite'));
    blocker.exec('BEGIN IMMEDIATE');
    expect(settings.change('0.2')).toBe(false);
    expect([settings.rate, settings.history.isSaved]).toEqual([0.2, false]);
    expect(settings.guard.faults().map(({ place }) => place)).toEqual(['history.settings']);
    blocker.exec('ROLLBACK');
    blocker.close();
    settings.history.write(file);
    expect(settings.history.isSaved).toBe(true);
    const restarted = new Settings();
    restarted.history.restore(open());
    expect(restarted.rate).toBe(0.2);
  });

  it('last as long as the process without a file', () => {
    const settings = new Settings();
    expect(settings.change('0.2')).toBe(false);
    expect([settings.rate, settings.history.lasts, settings.history.isSaved]).toEqual([0.2, false, true]);
  });

  it('skip an unreadable row, and keep a hundred', () => {
    const settings = new Settings();
    const file = open();
    settings.history.restore(file);
    for (let i = 1; i <= 130; i++) settings.change(String(i / 1000));
    const raw = new Database(join(folder, 'telemetry.sqlite'));
    expect(raw.prepare('SELECT count(*) FROM setting_change').pluck().get()).toBe(100);
    raw.prepare("UPDATE setting_change SET body = '{' WHERE change = 129").run();
    raw.close();
    const restarted = new Settings();
    restarted.history.restore(open());
    expect([restarted.rate, restarted.live.changes.length]).toEqual([0.13, 99]);
    expect(restarted.guard.faults()).toHaveLength(1);
  });
});
