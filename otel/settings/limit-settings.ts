import type { Limits } from '../base/limits.ts';
import { parseObjectives } from './objectives.ts';
import { decimal, integerBetween, InvalidSetting } from './setting-parsers.ts';
import { setting, type ValuesOf } from './setting.ts';

/** Returns a parser of numbers from `min` to `max`, and of `off`, which is NaN. */
function limit(min: number, max: number, unit: string): (text: string) => number {
  return (text) => {
    if (text.trim().toLowerCase() === 'off') return Number.NaN;
    const value = decimal(text);
    if (value === undefined || value < min || value > max)
      throw new InvalidSetting(`${unit} from ${min} to ${max}, or off`);
    return value;
  };
}

/** `0.01` or `1%`. */
function parseShare(text: string): number {
  const [, percent] = /^\s*([\d.]+)\s?%\s*$/.exec(text) ?? [];
  if (percent === undefined) return limit(0, 1, 'a share such as 0.01 or 1%')(text);
  const value = decimal(percent);
  if (value === undefined || value > 100)
    throw new InvalidSetting('a share such as 0.01 or 1%, at most 100%, or off');
  return Number((value / 100).toPrecision(12));
}

const seconds = limit(0, 3600, 'a number of seconds');
const DAY_SECONDS = 86_400;

/** What is fine, and the objectives: the overview, the page of objectives and alerts judge by them. All may change while the process runs. */
export const LIMIT_SETTINGS = {
  limitFailed: setting(
    'METRICS_LIMIT_FAILED',
    '1%',
    'share of requests that may fail (5xx and broken answers) until the overview says so, such as `1%` or `0.01`; `off` does not judge it, which holds for every limit',
    parseShare,
  ),
  limitRouteFailed: setting(
    'METRICS_LIMIT_ROUTE_FAILED',
    '10%',
    'share of the requests of any one route that may fail: a route that fails is a small share of all requests',
    parseShare,
  ),
  limitClientErrors: setting(
    'METRICS_LIMIT_CLIENT_ERRORS',
    '20%',
    'share of requests that may get a 4xx, without bots that ask for addresses that do not exist',
    parseShare,
  ),
  limitRequestP95: setting(
    'METRICS_LIMIT_REQUEST_P95',
    '1',
    'seconds that all but one in twenty requests may take; from 1 second on, slow downloads do not count against it',
    seconds,
  ),
  limitStatementP95: setting(
    'METRICS_LIMIT_QUERY_P95',
    '0.1',
    'seconds that all but one in twenty statements may take',
    seconds,
  ),
  limitRenderP95: setting(
    'METRICS_LIMIT_RENDER_P95',
    '0.1',
    'seconds that all but one in twenty renders may take',
    seconds,
  ),
  limitLoop: setting(
    'METRICS_LIMIT_LOOP',
    '1',
    'seconds that the event loop may be blocked at a time: nothing is answered meanwhile',
    seconds,
  ),
  limitSaturated: setting(
    'METRICS_LIMIT_SATURATED',
    '10',
    'seconds that the event loop may be saturated within the range',
    limit(0, DAY_SECONDS, 'a number of seconds'),
  ),
  limitCrashes: setting(
    'METRICS_LIMIT_CRASHES',
    '0',
    'how often a process may end within the range without being stopped',
    limit(0, 1000, 'a number'),
  ),
  limitDiskFree: setting(
    'METRICS_LIMIT_DISK_FREE',
    '500000000',
    'bytes that have to be left on the disk of the data (500 MB)',
    limit(0, 2 ** 50, 'a number of bytes'),
  ),
  limitMemory: setting(
    'METRICS_LIMIT_MEMORY',
    '24',
    'hours that the heap has to last if memory goes on growing as it does after full collections',
    limit(0, 8760, 'a number of hours'),
  ),
  limitMissing: setting(
    'METRICS_LIMIT_MISSING',
    '5%',
    'share of the range whose counts may be lost: at a limit of memory or file, with a killed process, or because the disk failed',
    parseShare,
  ),
  limitExport: setting(
    'METRICS_LIMIT_EXPORT',
    '600',
    'seconds that an export may fail',
    limit(0, 30 * DAY_SECONDS, 'a number of seconds'),
  ),
  limitExportLost: setting(
    'METRICS_LIMIT_EXPORT_LOST',
    '1%',
    'share of exported items that may be dropped or rejected, since the start',
    parseShare,
  ),
  limitBackupAge: setting(
    'METRICS_LIMIT_BACKUP_AGE',
    '30',
    'days that the last backup may be old, if the app makes backups',
    limit(0, 3650, 'a number of days'),
  ),
  limitFrom: setting(
    'METRICS_LIMIT_FROM',
    '20',
    'operations from which shares and percentiles are judged: of fewer, one failure is a large share',
    integerBetween(1, 1_000_000, 'number of operations'),
  ),
  objectives: setting(
    'METRICS_OBJECTIVES',
    'availability 99.9%; latency 99% under 1s',
    'service-level objectives over 30 days, of all requests or of a route, such as `availability 99.9%; latency of "GET /search" 95% under 300ms`; or `none`',
    parseObjectives,
  ),
};

const SECOND = 1000;

/** The limits in one object, durations in milliseconds. */
export function limitsOf(values: ValuesOf<typeof LIMIT_SETTINGS>): Limits {
  return Object.freeze({
    failedShare: values.limitFailed,
    routeFailedShare: values.limitRouteFailed,
    clientErrorShare: values.limitClientErrors,
    requestP95Millis: values.limitRequestP95 * SECOND,
    statementP95Millis: values.limitStatementP95 * SECOND,
    renderP95Millis: values.limitRenderP95 * SECOND,
    loopMillis: values.limitLoop * SECOND,
    saturatedMillis: values.limitSaturated * SECOND,
    crashes: values.limitCrashes,
    diskFreeBytes: values.limitDiskFree,
    memoryFullMillis: values.limitMemory * 3600 * SECOND,
    missingShare: values.limitMissing,
    exportFailingMillis: values.limitExport * SECOND,
    exportLostShare: values.limitExportLost,
    backupAgeMillis: values.limitBackupAge * DAY_SECONDS * SECOND,
    minCount: values.limitFrom,
    objectives: values.objectives,
  });
}
