import type { LogLevel, LogPattern, StoredLine } from '../../../otel/query.ts';
import { html, type Html } from '../../markup/html.ts';
import { countText } from '../../markup/quantity.ts';
import { isNew, NEW_WORDS } from '../facts/failure-state.ts';
import { patternQuery } from '../facts/log-query.ts';
import { moment } from '../format/moment.ts';
import { shortened } from '../format/shortened.ts';
import type { PageView } from '../page.ts';
import { badge } from './facts.ts';
import { logsAsked } from './log-search-form.ts';
import { drawStack } from './stack.ts';
import type { Column } from './table.ts';
import { isoTime } from './time-columns.ts';

const MAX_MESSAGE = 400;
const MAX_FIELDS = 400;
const MAX_PATTERN = 200;
/** 4 KB each; the JSON has all. */
const MAX_STACKS = 20;
const STACK = 'exception.stacktrace';
/** They stand beside the message. */
const APART: ReadonlySet<string> = new Set([STACK, 'exception.type', 'exception.message']);

function levelBadge(level: LogLevel): Html {
  const tone = level === 'error' || level === 'fatal' ? 'failed' : level === 'warn' ? 'slow' : 'quiet';
  return badge(level, tone);
}

/** `key=value`, without what the exception was. */
function fieldsOf({ attributes }: StoredLine): string {
  return Object.entries(attributes)
    .filter(([key]) => !APART.has(key))
    .map(([key, value]) => `${key}=${String(value)}`)
    .join(' ');
}

/** @param rows All rows of the table: the stacks of the first are shown. */
export function lineColumns(view: PageView, rows: readonly StoredLine[]): readonly Column<StoredLine>[] {
  const withStack = new Set(
    rows.filter(({ attributes }) => attributes[STACK] !== undefined).slice(0, MAX_STACKS),
  );
  return [
    {
      label: 'when',
      key: 'when',
      value: ({ timeMillis }) => timeMillis,
      file: ({ timeMillis }) => isoTime(timeMillis),
      cell: ({ timeMillis, level }) =>
        html`${moment(timeMillis, view.now, true)}<span class="only-narrow">${levelBadge(level)}</span>`,
    },
    {
      label: 'level',
      key: 'level',
      room: 'mid',
      value: ({ level }) => level,
      cell: ({ level }) => levelBadge(level),
    },
    {
      label: 'line',
      key: 'message',
      value: ({ message }) => message,
      cell: (line) => words(line, view, withStack.has(line)),
    },
    {
      label: 'process',
      key: 'process_pid',
      room: 'mid',
      value: ({ process }) => process?.pid,
      cell: (line) => processLink(line, view) ?? '–',
    },
    {
      label: 'trace',
      key: 'trace_id',
      room: 'mid',
      value: ({ traceId }) => traceId,
      cell: (line) => traceLink(line, view) ?? '–',
    },
  ];
}

/** For a file. */
export function moreLineColumns(): readonly Column<StoredLine>[] {
  const plain = (key: string, value: (line: StoredLine) => string | undefined): Column<StoredLine> => ({
    label: key,
    key,
    value,
    cell: value,
  });
  return [
    plain('span_id', ({ spanId }) => spanId),
    plain('process_creation_time', ({ process }) => process && isoTime(process.startedAtMillis)),
    plain('logger', ({ logger }) => logger),
    plain('attributes', ({ attributes }) => JSON.stringify(attributes)),
  ];
}

function words(line: StoredLine, view: PageView, showsStack: boolean): Html {
  const fields = fieldsOf(line);
  const { [STACK]: stack, 'exception.type': type, 'exception.message': thrown } = line.attributes;
  const error = [type, thrown].filter((part) => part !== undefined).join(': ');
  return html`<span class="log-line"
      ><bdi>${shortened(line.message, MAX_MESSAGE)}</bdi
      >${error !== '' && html` <bdi class="tone-failed">${shortened(error, MAX_MESSAGE)}</bdi>`}${fields !== '' && html` <code class="more">${shortened(fields, MAX_FIELDS)}</code>`}</span
    >${
      showsStack &&
      typeof stack === 'string' &&
      html`<details class="stack-of">
        <summary>stack</summary>
        ${drawStack(stack)}
      </details>`
    }${line.traceId !== undefined && html`<span class="only-narrow">trace ${traceLink(line, view)}</span>`}${
      line.process && html`<span class="only-narrow">${processLink(line, view, 'process ')}</span>`
    }`;
}

/** The id alone may be the same after a restart, as in a container. */
function processLink({ process }: StoredLine, view: PageView, word = ''): Html | undefined {
  if (process === undefined) return undefined;
  const { pid, startedAtMillis } = process;
  return html`<a href="${logsAsked(view, `process:${pid}`)}"
    >${word}${String(pid)} <span class="unit">since ${moment(startedAtMillis, view.now)}</span></a
  >`;
}

/** The page of a trace that was not kept says why. */
function traceLink({ traceId, spanId }: StoredLine, { links }: PageView): Html | undefined {
  if (traceId === undefined) return undefined;
  return html`<a href="${links.trace(traceId, spanId)}"><code class="id">${traceId.slice(0, 8)}</code></a>`;
}

export function patternColumns(view: PageView): readonly Column<LogPattern>[] {
  const time = (label: 'first' | 'last', of: (row: LogPattern) => number): Column<LogPattern> => ({
    label,
    key: label,
    room: label === 'first' ? 'wide' : 'mid',
    value: of,
    file: (row) => isoTime(of(row)),
    cell: (row) => moment(of(row), view.now),
  });
  return [
    {
      label: 'pattern',
      key: 'pattern',
      value: ({ text }) => text,
      cell: (row) =>
        html`${levelBadge(row.level)}
          <a class="log-text" href="${logsAsked(view, patternQuery(row.level, row.text))}"
            ><bdi>${shortened(row.text, MAX_PATTERN)}</bdi></a
          >${isNew(row.firstEverMillis, view.range.toMillis) && html` <span title="${NEW_WORDS}">${badge('new', 'slow')}</span>`}${row.example.message !== row.text && html`<span class="callers"><bdi>${shortened(row.example.message, MAX_PATTERN)}</bdi></span>`}`,
    },
    {
      label: 'lines',
      key: 'count',
      align: 'number',
      value: ({ count }) => count,
      cell: ({ count }) => countText(count),
    },
    time('first', ({ firstMillis }) => firstMillis),
    time('last', ({ lastMillis }) => lastMillis),
  ];
}

/** For a file. */
export function morePatternColumns(): readonly Column<LogPattern>[] {
  return [
    { label: 'level', key: 'level', value: ({ level }) => level, cell: ({ level }) => level },
    { label: 'logger', key: 'logger', value: ({ logger }) => logger, cell: ({ logger }) => logger },
    {
      label: 'example',
      key: 'example',
      value: ({ example }) => example.message,
      cell: ({ example }) => example.message,
    },
  ];
}
