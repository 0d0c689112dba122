import type { AuditFacts, SeriesSummary, Stall, TimeRange } from '../../../otel/query.ts';
import { DISABLED_SENTENCE } from './disabled-sentence.ts';
import { momentText, spanText } from '../format/moment.ts';
import { countText, duration, share, size, text } from '../../markup/quantity.ts';
import type { Links } from '../links.ts';
import type { OpenFiles } from '../facts/open-files.ts';
import type { MetricsDocument } from '../facts/metrics-document.ts';
import type { RepeatedOnRoute } from '../facts/repeated-on-routes.ts';
import { sinceStartWords } from '../facts/time-range.ts';
import type { MemoryTrend } from './memory-trend.ts';
import { booksSentence } from './books-sentence.ts';
import { isStartUpWork } from '../facts/start-up-statements.ts';
import {
  areManyTurnedAway,
  isSaturated,
  isSlow,
  saturation,
  slowestWords,
  turnedAway,
} from './request-reasons.ts';
import { heldBy } from './stall-sentence.ts';
import { plural, shortRoute, type Sentence, type SentencePart } from './sentence.ts';

/** The input of the overview's sentence. */
export interface OverviewSituation {
  readonly metrics: MetricsDocument;
  readonly range: TimeRange & { readonly words: string };
  readonly now: number;
  readonly startedAtMillis: number;
  /** Earlier than the start if the numbers include counts of previous processes. */
  readonly countedFromMillis: number;
  readonly routes: readonly SeriesSummary[];
  readonly statements: readonly SeriesSummary[];
  readonly repeated: readonly RepeatedOnRoute[];
  readonly memory: MemoryTrend;
  /** The longest event-loop delay in the range; 0 without samples. */
  readonly stallMillis: number;
  /** The longest stall that was recorded in the range. */
  readonly stall: Stall | undefined;
  /** How long the event loop was saturated in the range. */
  readonly saturatedMillis: number;
  /** Set if file descriptors nearly ran out. */
  readonly openFiles: OpenFiles | undefined;
  /** Faults caught inside telemetry since the start; counts may be too low by them. */
  readonly faults: { readonly count: number; readonly place: string } | undefined;
  /** Set while more fails or is slow than can be kept; the share that is kept, 0–1. */
  readonly storm: { readonly probability: number } | undefined;
  /** The sampling audit. */
  readonly audit: AuditFacts;
  /** Set if the last export failed. */
  readonly exportFailing: { readonly endpoint: string; readonly sinceMillis: number | undefined } | undefined;
}

/** An event-loop delay that every reader at that moment notices. */
const STALL_MILLIS = 250;
/** Readers took the blog for dead: that is not fine, however short the rest was. */
const LONG_STALL_MILLIS = 1000;
/** The same stall is measured twice, with different timers. */
const SAME_STALL = 0.8;
/** Maximum number of reasons after the numbers, the most important first. */
const MAX_REASONS = 3;

/** States whether all is well, what failed, and where the time goes, from the rows alone. */
export function overviewSentence(situation: OverviewSituation, links: Links): Sentence {
  const { metrics } = situation;
  if (!metrics.sampling.enabled) return DISABLED_SENTENCE;
  const isLong = longestStall(situation) >= LONG_STALL_MILLIS;
  const reasons = [
    ...(isLong ? [stall(situation, links), saturation(situation.saturatedMillis, links)] : []),
    openFilesLeft(situation, links),
    faults(situation, links),
    storm(situation, links),
    booksSentence(situation.audit, links),
    turnedAway(metrics.operations.http, situation.routes, links),
    slowness(situation, links),
    ...(isLong ? [] : [saturation(situation.saturatedMillis, links), stall(situation, links)]),
    memory(situation, links),
    exporting(situation, links),
    repetition(situation, links),
  ];
  const stated = reasons.filter((reason) => reason !== undefined).slice(0, MAX_REASONS);
  const [first = [], ...more] = stated;
  return [
    ...opening(situation, links),
    ...(first.length > 0 ? [{ text: ' ' }] : []),
    ...first,
    ...more.flatMap((reason) =>
      [{ text: ' ' }, ...reason].map((part): SentencePart => ({ ...part, aside: true })),
    ),
  ];
}

function when({ range, startedAtMillis, countedFromMillis, now }: OverviewSituation): string {
  if (countedFromMillis < startedAtMillis || startedAtMillis <= range.fromMillis) return range.words;
  return sinceStartWords(startedAtMillis, now);
}

function opening(situation: OverviewSituation, links: Links): Sentence {
  const { http } = situation.metrics.operations;
  const { range, countedFromMillis, now } = situation;
  if (http.count === 0 && range.toMillis <= countedFromMillis)
    return [{ text: `There is no data for that time: counts begin ${momentText(countedFromMillis, now)}.` }];
  if (http.count === 0 && situation.faults !== undefined)
    return [{ text: `No request was counted ${when(situation)}.` }];
  if (http.count === 0)
    return [{ text: 'Quiet.', tone: 'good' }, { text: ` No requests ${when(situation)}.` }];
  const failedShare = http.errors / http.count;
  const verdict: SentencePart =
    http.errors > 0 && failedShare >= 0.1
      ? { text: 'Many requests fail.', tone: 'failed' }
      : http.errors > 0 && failedShare >= 0.01
        ? { text: 'Some requests fail.', tone: 'failed' }
        : isSlow(http)
          ? { text: 'Working, but slow.' }
          : longestStall(situation) >= LONG_STALL_MILLIS
            ? {
                text: `Working, but nothing was answered for ${text(duration(longestStall(situation)))}.`,
                tone: 'failed',
              }
            : http.errors === 0 && areManyTurnedAway(http)
              ? { text: 'Nothing failed, but many requests got a 4xx.' }
              : http.errors > 0 ||
                  longestStall(situation) >= STALL_MILLIS ||
                  isSaturated(situation.saturatedMillis) ||
                  situation.openFiles !== undefined ||
                  situation.storm !== undefined ||
                  situation.exportFailing !== undefined ||
                  situation.audit.alarms.length > 0 ||
                  situation.faults !== undefined
                ? { text: 'Mostly fine.', tone: 'good' }
                : { text: 'All fine.', tone: 'good' };
  return [
    verdict,
    { text: ` ${plural(http.count, 'request')} ${when(situation)}, ` },
    ...failing(situation, links),
    { text: '.' },
  ];
}

function failing({ metrics, routes }: OverviewSituation, links: Links): Sentence {
  const { errors } = metrics.operations.http;
  if (errors === 0) return [{ text: 'none failed' }];
  const counted: SentencePart = {
    text: `${countText(errors)} failed`,
    href: links.to('/failures'),
    tone: 'failed',
  };
  const [worst] = [...routes].sort((a, b) => b.errors - a.errors);
  if (worst === undefined || worst.errors * 2 < errors || worst.errors === 0) return [counted];
  const words = worst.errors < errors ? ', most of them at ' : errors === 1 ? ', at ' : ', all of them at ';
  return [counted, { text: words }, { text: shortRoute(worst.name), href: links.series('http', worst.name) }];
}

/** A lower bound, from percentiles, on how many of a series' operations took longer than the limit. */
export function atLeastOver(row: SeriesSummary, millis: number): number {
  const { p50, p90, p95, p99 } = row.durationMillis;
  const part = p50 > millis ? 0.5 : p90 > millis ? 0.1 : p95 > millis ? 0.05 : p99 > millis ? 0.01 : 0;
  return part * row.count;
}

function slowness(situation: OverviewSituation, links: Links): Sentence | undefined {
  const { http, database } = situation.metrics.operations;
  if (http.count === 0) return undefined;
  const { said, firstBytes } = slowestWords(http);
  if (http.count < 20) return [{ text: `${said}${firstBytes}.` }];
  const limit = http.duration_ms.p95;
  const [why] = [...situation.routes].sort((a, b) => atLeastOver(b, limit) - atLeastOver(a, limit));
  const isWhy = why !== undefined && atLeastOver(why, limit) >= 0.5 * 0.05 * http.count;
  const statement = situation.statements.find((row) => !isStartUpWork(row));
  const total = situation.statements.reduce((sum, row) => sum + row.totalMillis, 0);
  const part = statement === undefined || total === 0 ? 0 : statement.totalMillis / total;
  const parts: SentencePart[] = [{ text: said }];
  if (isWhy)
    parts.push(
      { text: ', most of them at ' },
      { text: shortRoute(why.name), href: links.series('http', why.name) },
    );
  if (firstBytes !== '') parts.push({ text: firstBytes });
  if (statement !== undefined && part >= 0.4 && database.count > 0) {
    const [caller, ...others] = statement.callers ?? [];
    const its = isWhy && caller === why.name;
    const only = !its && caller !== undefined && others.length === 0;
    parts.push(
      { text: its ? '; its statement ' : '; ' },
      { text: statement.summary ?? statement.name, href: links.series('database', statement.name) },
      ...(only
        ? [
            { text: ', issued only by ' },
            { text: shortRoute(caller), href: links.series('http', caller) },
            { text: ',' },
          ]
        : []),
      { text: ` took ${text(share(part))} of all database time` },
    );
  }
  return [...parts, { text: '.' }];
}

function faults({ faults: caught }: OverviewSituation, links: Links): Sentence | undefined {
  if (caught === undefined) return undefined;
  return [
    { text: 'Telemetry itself failed', href: links.to('/buffer'), tone: 'failed' },
    {
      text: ` ${plural(caught.count, 'time')} since the start, most at “${caught.place}”: the blog is not affected, but these numbers may be too low.`,
    },
  ];
}

function storm({ storm: cutting }: OverviewSituation, links: Links): Sentence | undefined {
  if (cutting === undefined) return undefined;
  return [
    { text: 'So much fails or is slow', href: links.to('/sampling'), tone: 'failed' },
    { text: ` that only ${text(share(cutting.probability))} of it is kept in detail; all of it is counted.` },
  ];
}

/** Milliseconds; by the samples of the process, or by a recorded stall. 0 if there was none. */
function longestStall({ stallMillis, stall: recorded }: OverviewSituation): number {
  return Math.max(recorded?.durationMillis ?? 0, Number.isNaN(stallMillis) ? 0 : stallMillis);
}

function stall(situation: OverviewSituation, links: Links): Sentence | undefined {
  const millis = longestStall(situation);
  if (millis < STALL_MILLIS) return undefined;
  // A longer delay that no stall was recorded for had another cause.
  const recorded =
    (situation.stall?.durationMillis ?? 0) >= SAME_STALL * millis ? situation.stall : undefined;
  return [
    { text: 'The event loop', href: links.to(recorded === undefined ? '/process' : '/stalls') },
    { text: ` was blocked for up to ${text(duration(millis))}` },
    ...(recorded === undefined ? [] : heldBy(recorded, links)),
    ...(recorded === undefined || recorded.delayedCount === 0
      ? []
      : [{ text: `; ${plural(recorded.delayedCount, 'request')} had to wait` }]),
    { text: '.' },
  ];
}

function openFilesLeft({ openFiles, now }: OverviewSituation, links: Links): Sentence | undefined {
  if (openFiles === undefined) return undefined;
  const { used, limit, atMillis, ranOut } = openFiles;
  const seen = `: ${countText(used)} of ${countText(limit)} were open at ${momentText(atMillis, now)}`;
  return [
    {
      text: ranOut ? 'File descriptors ran out' : 'File descriptors nearly ran out',
      href: links.to('/process'),
      tone: 'failed',
    },
    { text: ranOut ? `${seen}; refused connections are not counted.` : `${seen}.` },
  ];
}

function memory({ memory: trend }: OverviewSituation, links: Links): Sentence | undefined {
  if (!trend.growing) return undefined;
  return [
    { text: 'Memory', href: links.to('/process') },
    { text: ` grew by ${text(size(trend.grownBytes))} in ${spanText(trend.overMillis)}.` },
  ];
}

function exporting({ exportFailing, now }: OverviewSituation, links: Links): Sentence | undefined {
  if (exportFailing === undefined) return undefined;
  const { endpoint, sinceMillis } = exportFailing;
  const since =
    sinceMillis === undefined
      ? 'has not accepted an export yet'
      : `last accepted an export ${spanText(Math.max(0, now - sinceMillis))} ago`;
  return [
    { text: 'The export endpoint', href: links.to('/export') },
    { text: `${endpoint === '' ? '' : ` ${endpoint}`} ${since}; these pages are not affected.` },
  ];
}

function repetition({ repeated }: OverviewSituation, links: Links): Sentence | undefined {
  const [worst] = repeated;
  if (worst === undefined) return undefined;
  return [
    { text: shortRoute(worst.route), href: links.series('http', worst.route) },
    { text: ' ran ' },
    {
      text: `${worst.name} ${countText(worst.count)} times`,
      href: links.trace(worst.traceId, worst.spanId),
    },
    { text: ' in one request.' },
  ];
}
