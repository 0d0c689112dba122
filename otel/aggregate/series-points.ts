import type { Attributes } from '@opentelemetry/api';
import type { Operation } from '../spans/operation.ts';
import { DurationSketch } from './duration-sketch.ts';
import { OTHER_STATUS } from './status-counts.ts';

/** What distinguishes the metric points of one series. */
export interface PointKey {
  readonly labels: Attributes | undefined;
  /** http: status of the response; 0 if none was sent; OTHER_STATUS beyond the cap. */
  readonly status: number | undefined;
  /** For failed operations. */
  readonly errorType: string | undefined;
}

export interface SeriesPoint extends PointKey {
  readonly durations: DurationSketch;
}

/** Distinct points per series; later ones are counted together. */
const MAX_POINTS = 24;
/** Distinct points over all series: a few megabytes at most, because ordinary operations need none. */
const MAX_POINTS_IN_ALL = 4000;
const OTHER = '_OTHER';
/** An app may use a message as `error.type`. */
export const MAX_ERROR_TYPE_CHARS = 128;

/** Number of points that all series may still add. */
export interface PointBudget {
  left: number;
}

export function pointBudget(): PointBudget {
  return { left: MAX_POINTS_IN_ALL };
}

/**
 * Splits the operations of one series into metric points. Ordinary ones, which are nearly all, are not counted here: they are the series minus the
 * others, so the points add up exactly and recording costs four comparisons.
 */
export class SeriesPoints {
  readonly #budget: PointBudget;
  #ordinary: PointKey | undefined;
  #others: SeriesPoint[] | undefined;

  constructor(budget: PointBudget) {
    this.#budget = budget;
  }

  record(operation: Operation): void {
    const { labels, statusCode, errorType } = operation;
    const ordinary = this.#ordinary;
    if (ordinary === undefined) {
      if (!operation.failed && !operation.clientError && !operation.aborted) {
        this.#ordinary = { labels, status: statusCode, errorType };
        return;
      }
    } else if (
      ordinary.labels === labels &&
      ordinary.status === statusCode &&
      ordinary.errorType === errorType
    ) {
      return;
    }
    const key = { labels, status: statusCode, errorType: errorType?.slice(0, MAX_ERROR_TYPE_CHARS) };
    this.#other(key).durations.add(operation.durationNanos);
  }

  /** @param total Durations of all operations recorded here. */
  points(total: DurationSketch): readonly SeriesPoint[] {
    const others = this.#others ?? [];
    const ordinary = this.#ordinary;
    if (ordinary === undefined) return others;
    const durations = total.without(others.map((point) => point.durations));
    return [{ ...ordinary, durations }, ...others];
  }

  #other(key: PointKey): SeriesPoint {
    const others = (this.#others ??= []);
    for (const point of others) if (isSamePoint(point, key)) return point;
    if (others.length >= MAX_POINTS || this.#budget.left <= 0) {
      const rest: PointKey = {
        labels: undefined,
        status: key.status === undefined ? undefined : OTHER_STATUS,
        errorType: key.errorType === undefined ? undefined : OTHER,
      };
      const found = others.find((point) => isSamePoint(point, rest));
      if (found !== undefined) return found;
      key = rest;
    }
    const point = { ...key, durations: new DurationSketch() };
    this.#budget.left--;
    others.push(point);
    return point;
  }
}

export function isSamePoint(a: PointKey, b: PointKey): boolean {
  return a.labels === b.labels && a.status === b.status && a.errorType === b.errorType;
}
