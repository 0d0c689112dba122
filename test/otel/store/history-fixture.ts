import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { Guard } from '../../../otel/base/guard.ts';
import { History } from '../../../otel/store/history.ts';
import type { HistoryOptions } from '../../../otel/store/history.ts';
import { TraceRing } from '../../../otel/store/trace-ring.ts';
import { START_MILLIS } from './kept-span-fixture.ts';
import { fakeClock } from './store-fixture.ts';

export class HistoryFolder {
  readonly folder = mkdtempSync(join(tmpdir(), 'history-'));
  readonly path = join(this.folder, 'data', 'telemetry.sqlite');
  readonly clock = fakeClock();
  readonly messages: string[] = [];
  readonly #open: History[] = [];

  /** A process with a ring of its own on the same file. */
  start(
    options: Partial<HistoryOptions> & { readonly maxTraces?: number; readonly ringBytes?: number } = {},
  ) {
    const ring = new TraceRing({
      maxTraces: options.maxTraces ?? 100,
      maxBytes: options.ringBytes ?? 10_000_000,
      now: () => this.clock.now(),
    });
    const guard = new Guard({ now: () => START_MILLIS });
    const history = new History({
      Database,
      path: this.path,
      days: 30,
      ring,
      guard,
      clock: this.clock,
      log: (message) => this.messages.push(message),
      ...options,
    });
    this.#open.push(history);
    history.start();
    return { ring, guard, history };
  }

  remove(): void {
    for (const history of this.#open) history.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
