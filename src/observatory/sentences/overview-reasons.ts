import type { SeriesSummary } from '../../../otel/query.ts';
import { momentText, spanText } from '../format/moment.ts';
import { countText, duration, share, text } from '../../markup/quantity.ts';
import type { Links } from '../links.ts';
import { isStartUpWork } from '../facts/start-up-statements.ts';
import { blockedSentence } from './blocked-sentence.ts';
import { booksSentence } from './books-sentence.ts';
import type { CheckKey } from './checks.ts';
import { blockOf, type OverviewSituation } from './overview-situation.ts';
import { ENDED_WORDS } from './downtime-sentence.ts';
import { memoryReason } from './memory-reason.ts';
import { failsMost, saturation, slowestWords, turnedAway } from './request-reasons.ts';
import { isCostly } from '../trace/repeated-statements.ts';
import { plural, shortRoute, type Sentence, type SentencePart } from './sentence.ts';

/** An event-loop delay that every reader at that moment notices; mentioned although it is within its limit. */
export const NOTICED_MILLIS = 250;

/** What to say of a check that is broken, after its headline and the numbers; those without a reason have it in both. */
export function reasonOf(key: CheckKey, situation: OverviewSituation, links: Links): Sentence | undefined {
  const { metrics, routes, saturatedMillis, audit } = situation;
  switch (key) {
    case 'route_failed':
      return failsMost(situation, links);
    case 'open_files':
      return openFilesLeft(situation, links);
    case 'loop':
      return blockedSentence(situation, links);
    case 'crashes':
      return crashed(situation, links);
    case 'request_p95':
      return slowness(situation, links);
    case 'saturated':
      return saturation(saturatedMillis, links);
    case 'statement_p95':
      return slowType('database', situation, links);
    case 'render_p95':
      return slowType('render', situation, links);
    case 'client_errors':
      return turnedAway(metrics.operations.http, routes, links);
    case 'memory':
      return memoryReason(situation, links);
    case 'missing':
      return missing(situation, links);
    case 'faults':
      return faults(situation, links);
    case 'books':
      return booksSentence(audit, links);
    case 'storm':
      return storm(situation, links);
    case 'backup':
      return backup(situation);
    case 'export':
      return exporting(situation, links);
    case 'export_lost':
      return exportLost(situation, links);
    default:
      return undefined;
  }
}

/** What is said although every limit holds, the most important first. */
export function remarksOf(
  situation: OverviewSituation,
  broken: ReadonlySet<CheckKey>,
  links: Links,
): readonly Sentence[] {
  const isNoticed = !broken.has('loop') && blockOf(situation).millis >= NOTICED_MILLIS;
  return [
    broken.has('request_p95') ? undefined : slowness(situation, links),
    isNoticed ? blockedSentence(situation, links) : undefined,
    // Since a version, it is said with what else is worse.
    broken.has('memory') || situation.memorySince !== undefined ? undefined : memoryReason(situation, links),
    broken.has('export') || situation.range.toMillis < situation.now
      ? undefined
      : exporting(situation, links),
    clock(situation),
    repetition(situation, links),
  ].filter((remark) => remark !== undefined);
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
  const { said, firstBytes } = slowestWords(http, situation.limits);
  if (http.count < situation.limits.minCount) return [{ text: `${said}${firstBytes}.` }];
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
      text: ` ${plural(caught.count, 'time')} since the start, most at “${caught.place}”: the blog is not affected.`,
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

function openFilesLeft({ openFiles, now }: OverviewSituation, links: Links): Sentence | undefined {
  if (openFiles === undefined) return undefined;
  const { used, limit, atMillis, ranOut } = openFiles;
  return [
    { text: `${countText(used)} of ${countText(limit)}`, href: links.to('/process') },
    {
      text: ` were open at ${momentText(atMillis, now)}${ranOut ? '; refused connections are not counted' : ''}.`,
    },
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
  if (worst === undefined || !isCostly(worst)) return undefined;
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

function crashed({ crashes, now }: OverviewSituation, links: Links): Sentence | undefined {
  const [last] = crashes.toReversed();
  if (last?.before === undefined) return undefined;
  const { ended, reason, atMillis } = last.before;
  const how = ended === 'running' ? [] : [ENDED_WORDS[ended]];
  const why = [...how, ...(reason === undefined ? [] : [reason])].join(': ');
  return [
    { text: crashes.length === 1 ? 'A process' : 'The last of these processes', href: links.to('/downtime') },
    {
      text: ` was last seen at ${momentText(atMillis, now)} (${why}), and the next one started at ${momentText(last.atMillis, now)}.`,
    },
  ];
}

function slowType(
  type: 'database' | 'render',
  { metrics, statements }: OverviewSituation,
  links: Links,
): Sentence {
  const what = { database: 'statements', render: 'renders' }[type];
  const { p95 } = metrics.operations[type].duration_ms;
  const [slowest] =
    type === 'render'
      ? []
      : [...statements].sort(
          (a, b) => atLeastOver(b, p95) - atLeastOver(a, p95) || b.totalMillis - a.totalMillis,
        );
  return [
    { text: `One in twenty ${what}`, href: links.to(type === 'render' ? '/slow' : '/queries') },
    { text: ` took longer than ${text(duration(p95))}` },
    ...(slowest === undefined
      ? []
      : [
          { text: ', most of all ' },
          { text: slowest.summary ?? slowest.name, href: links.series('database', slowest.name) },
        ]),
    { text: '.' },
  ];
}

function missing({ missingShare }: OverviewSituation, links: Links): Sentence {
  return [
    { text: 'Counts', href: links.to('/buffer') },
    { text: ` of ${text(share(missingShare))} of that time are lost or incomplete.` },
  ];
}

function backup({ data, now }: OverviewSituation): Sentence | undefined {
  const at = data.backup?.atMillis;
  return [
    {
      text:
        at === undefined
          ? 'The posts and pictures are here alone.'
          : `What was written since ${momentText(at, now)} is here alone.`,
    },
  ];
}

function exportLost({ exported }: OverviewSituation, links: Links): Sentence | undefined {
  if (exported === undefined) return undefined;
  const { lost, all } = exported;
  return [
    { text: `${countText(lost)} of ${countText(all)} exported items`, href: links.to('/export') },
    { text: ' were dropped or rejected since the start; these pages are not affected.' },
  ];
}

function clock({ clockSteps }: OverviewSituation): Sentence | undefined {
  const last = clockSteps.at(-1);
  return last && [{ text: `The time axis has a fault: ${last.label}.` }];
}
