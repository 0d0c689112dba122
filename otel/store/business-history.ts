import { FIRST_KEPT_TIER, TIERS } from '../aggregate/tiers.ts';
import type { Clock } from '../base/clock.ts';
import type { AttributeMap, BusinessMetric, TimeRange } from '../query.ts';
import { CountCells } from './count-cells.ts';
import type { HistoryFile } from './history-file.ts';
import type { HistoryPart } from './history-part.ts';

const WRITE_INTERVAL_NANOS = 5e9;
const MAX_EXPIRED = 50;

/** Business counts over time: of this and earlier processes, in memory and in the history file. */
export class BusinessHistory implements HistoryPart {
  readonly #clock: Clock;
  readonly #processStartedMillis: number;
  readonly #own = new CountCells();
  readonly #others = new CountCells();
  /** `tier start` of own cells that changed since they were written. */
  readonly #unsaved = new Map<string, readonly [tier: number, startMillis: number]>();
  #isRestored = false;
  #writtenNanos = 0;

  constructor(clock: Clock, processStartedMillis: number) {
    this.#clock = clock;
    this.#processStartedMillis = processStartedMillis;
  }

  add(name: string, attributes: AttributeMap, value: number, atMillis: number): void {
    const starts = this.#own.add(`${name}${JSON.stringify(attributes)}`, value, atMillis);
    for (let tier = FIRST_KEPT_TIER; tier < TIERS.length; tier++)
      this.#unsaved.set(`${tier} ${starts[tier]}`, [tier, starts[tier]!]);
  }

  /** By name, then attributes. Uses the finest tier that reaches back to the start of the range. */
  counts(range: TimeRange): readonly BusinessMetric[] {
    const sums = new Map<string, number>();
    const tier = this.#tierFor(range);
    for (const cells of [this.#others, this.#own]) cells.sum(tier, range, sums);
    return [...sums]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, value]) => {
        const brace = key.indexOf('{');
        return { name: key.slice(0, brace), attributes: JSON.parse(key.slice(brace)) as AttributeMap, value };
      });
  }

  /** Start of the counts. */
  get fromMillis(): number {
    return Math.min(this.#processStartedMillis, this.#others.earliestMillis);
  }

  get bytes(): number {
    return this.#own.bytes + this.#others.bytes;
  }

  restore(file: HistoryFile): void {
    for (const cell of file.business.others(this.#processStartedMillis, this.#clock.now()))
      for (const [key, value] of cell.counts)
        if (cell.tier in TIERS && key.endsWith('}'))
          this.#others.addTo(cell.tier, cell.startMillis, key, value);
    this.#isRestored = this.#others.earliestMillis < Infinity;
  }

  write(file: HistoryFile): void {
    const nanos = this.#clock.monotonicNanos();
    if (nanos - this.#writtenNanos < WRITE_INTERVAL_NANOS) return;
    this.#writtenNanos = nanos;
    this.#write(file);
  }

  close(file: HistoryFile): void {
    this.#write(file);
  }

  #write(file: HistoryFile): void {
    const now = this.#clock.now();
    for (const cells of [this.#own, this.#others]) cells.expire(now);
    file.transaction(() => {
      for (const [tier, startMillis] of this.#unsaved.values()) {
        const counts = this.#own.cell(tier, startMillis);
        const expiresMillis = startMillis + TIERS[tier]!.widthMillis + TIERS[tier]!.retentionMillis;
        if (counts !== undefined)
          file.business.save({ tier, startMillis, counts }, this.#processStartedMillis, expiresMillis);
      }
      file.business.expire(now, MAX_EXPIRED);
    });
    this.#unsaved.clear();
  }

  #tierFor({ fromMillis }: TimeRange): number {
    const now = this.#clock.now();
    const found = TIERS.findIndex(
      ({ retentionMillis }, tier) =>
        fromMillis >= now - retentionMillis &&
        (tier >= FIRST_KEPT_TIER || !this.#isRestored || fromMillis >= this.#processStartedMillis),
    );
    return found < 0 ? TIERS.length - 1 : found;
  }
}
