import { countText, duration, size, text } from '../../markup/quantity.ts';
import { spanText } from '../format/moment.ts';
import { type CheckDefinition, fromOperations, shareText } from './check-definition.ts';
import { memoryMeasure } from './memory-check.ts';
import { MEMORY_PLACE } from './memory-place.ts';
import { blockOf } from './overview-situation.ts';
import { isSlowByDownloads } from './request-reasons.ts';
import { ROUTE_FAILED } from './route-check.ts';

const millisText = (value: number): string => text(duration(value));
const NONE_LEFT = { limit: () => 0, unit: countText };

/** The worst first: the first that is broken begins the sentence, except for what `brokenKeys` moves. */
export const CHECKS = [
  {
    key: 'failed',
    what: 'failed requests',
    setting: 'METRICS_LIMIT_FAILED',
    path: '/failures',
    unit: shareText,
    limit: ({ failedShare }) => failedShare,
    measure: (situation) => {
      const { http } = situation.metrics.operations;
      return fromOperations(http, situation, () => ({
        value: http.errors / http.count,
        words: `${shareText(http.errors / http.count)}, ${countText(http.errors)} of ${countText(http.count)}`,
      }));
    },
  },
  ROUTE_FAILED,
  {
    key: 'disk',
    isOfNow: true,
    what: 'space left on the disk',
    setting: 'METRICS_LIMIT_DISK_FREE',
    path: '/buffer',
    unit: (value) => text(size(value)),
    bound: 'least',
    limit: ({ diskFreeBytes }) => diskFreeBytes,
    measure: ({ data: { freeBytes } }) => freeBytes ?? { unjudged: 'unknown' },
  },
  {
    key: 'open_files',
    what: 'open files and sockets',
    path: '/process',
    unit: shareText,
    limit: () => 0.9,
    measure: ({ openFiles }) =>
      openFiles === undefined
        ? { value: 0, words: 'enough left' }
        : {
            value: openFiles.used / openFiles.limit,
            words: `${countText(openFiles.used)} of ${countText(openFiles.limit)}`,
          },
  },
  {
    key: 'loop',
    what: 'longest time the event loop was blocked',
    setting: 'METRICS_LIMIT_LOOP',
    path: '/stalls',
    unit: millisText,
    limit: ({ loopMillis }) => loopMillis,
    measure: (situation) =>
      Number.isNaN(situation.stallMillis) && situation.blocked === undefined
        ? { unjudged: 'not measured in this range' }
        : blockOf(situation).millis,
  },
  {
    key: 'crashes',
    what: 'processes that ended without being stopped',
    setting: 'METRICS_LIMIT_CRASHES',
    path: '/downtime',
    unit: countText,
    limit: ({ crashes }) => crashes,
    measure: ({ crashes }) => crashes.length,
  },
  {
    key: 'memory',
    what: 'time until the heap is full, if memory grows',
    setting: 'METRICS_LIMIT_MEMORY',
    path: MEMORY_PLACE,
    unit: spanText,
    bound: 'least',
    limit: ({ memoryFullMillis }) => memoryFullMillis,
    measure: ({ memory, limits }) => memoryMeasure(memory, limits.memoryFullMillis),
  },
  {
    key: 'request_p95',
    what: 'p95 of requests',
    setting: 'METRICS_LIMIT_REQUEST_P95',
    path: '/routes',
    unit: millisText,
    limit: ({ requestP95Millis }) => requestP95Millis,
    measure: (situation) => {
      const { http } = situation.metrics.operations;
      return fromOperations(http, situation, () => {
        const { p95 } = http.duration_ms;
        return isSlowByDownloads(http, situation.limits)
          ? { value: 0, words: `below 1 s to the first byte; ${millisText(p95)} to the last` }
          : p95;
      });
    },
  },
  {
    key: 'saturated',
    what: 'time the event loop was saturated',
    setting: 'METRICS_LIMIT_SATURATED',
    path: '/process',
    unit: (value) => (value === 0 ? '0' : spanText(value)),
    limit: ({ saturatedMillis }) => saturatedMillis,
    measure: ({ saturatedMillis }) => saturatedMillis,
  },
  {
    key: 'statement_p95',
    what: 'p95 of statements',
    setting: 'METRICS_LIMIT_QUERY_P95',
    path: '/queries',
    unit: millisText,
    limit: ({ statementP95Millis }) => statementP95Millis,
    measure: (situation) => {
      const { database } = situation.metrics.operations;
      return fromOperations(database, situation, () => database.duration_ms.p95);
    },
  },
  {
    key: 'render_p95',
    what: 'p95 of renders',
    setting: 'METRICS_LIMIT_RENDER_P95',
    path: '/slow',
    unit: millisText,
    limit: ({ renderP95Millis }) => renderP95Millis,
    measure: (situation) => {
      const { render } = situation.metrics.operations;
      return fromOperations(render, situation, () => render.duration_ms.p95);
    },
  },
  {
    key: 'client_errors',
    what: 'requests with a 4xx, without bots and scanners at unknown addresses',
    setting: 'METRICS_LIMIT_CLIENT_ERRORS',
    path: '/not-found',
    unit: shareText,
    limit: ({ clientErrorShare }) => clientErrorShare,
    measure: (situation) => {
      const { botsNotFound, metrics } = situation;
      const { http } = metrics.operations;
      const count = Math.max(0, http.count - botsNotFound);
      return fromOperations({ ...http, count }, situation, () => {
        const value = Math.max(0, http.client_errors - botsNotFound) / count;
        const without =
          botsNotFound === 0 ? '' : `; ~${countText(botsNotFound)} of bots and scanners left out`;
        return { value, words: `${shareText(value)}${without}` };
      });
    },
  },
  {
    key: 'missing',
    what: 'lost counts, as a share of the range',
    setting: 'METRICS_LIMIT_MISSING',
    path: '/buffer',
    unit: shareText,
    limit: ({ missingShare }) => missingShare,
    measure: ({ missingShare }) => missingShare,
  },
  {
    key: 'faults',
    what: 'faults inside telemetry, since the start',
    path: '/buffer',
    ...NONE_LEFT,
    measure: ({ faults }) => faults?.count ?? 0,
  },
  {
    key: 'books',
    what: 'sums that sampling and counts disagree on',
    path: '/sampling',
    ...NONE_LEFT,
    measure: ({ audit }) => audit.alarms.length,
  },
  {
    key: 'storm',
    isOfNow: true,
    what: 'failed and slow operations not kept in detail now',
    path: '/sampling',
    limit: () => 0,
    unit: shareText,
    measure: ({ storm }) => (storm === undefined ? 0 : 1 - storm.probability),
  },
  {
    key: 'backup',
    isOfNow: true,
    what: 'age of the last backup',
    setting: 'METRICS_LIMIT_BACKUP_AGE',
    path: '/buffer',
    unit: (value) => spanText(value),
    limit: ({ backupAgeMillis }) => backupAgeMillis,
    measure: ({ data: { backup }, now, countedFromMillis, limits }) => {
      if (backup === undefined) return { unjudged: 'unknown' };
      const { atMillis } = backup;
      if (atMillis !== undefined) return Math.max(0, now - atMillis);
      const value = now - countedFromMillis;
      return value > limits.backupAgeMillis
        ? { value, words: `none, in more than ${spanText(value)}` }
        : { unjudged: 'none yet' };
    },
  },
  {
    key: 'export',
    isOfNow: true,
    what: 'time that an export has been failing',
    setting: 'METRICS_LIMIT_EXPORT',
    path: '/export',
    unit: (value) => (value === 0 ? '0' : spanText(value)),
    limit: ({ exportFailingMillis }) => exportFailingMillis,
    measure: ({ exportFailing, exported, now }) => {
      if (exported === undefined && exportFailing === undefined) return { unjudged: 'nothing is exported' };
      return exportFailing === undefined ? 0 : Math.max(0, now - exportFailing.failingSinceMillis);
    },
  },
  {
    key: 'export_lost',
    isOfNow: true,
    what: 'exported items dropped or rejected, since the start',
    setting: 'METRICS_LIMIT_EXPORT_LOST',
    path: '/export',
    unit: shareText,
    limit: ({ exportLostShare }) => exportLostShare,
    measure: ({ exported, limits }) => {
      if (exported === undefined) return { unjudged: 'nothing is exported' };
      const { lost, all } = exported;
      return all < limits.minCount
        ? { unjudged: `${countText(all)} items, judged from ${countText(limits.minCount)}` }
        : lost / all;
    },
  },
] as const satisfies readonly CheckDefinition[];
