import type { ProcessFacts } from '../../../otel/query.ts';
import { html, type Html } from '../../markup/html.ts';
import { panel } from '../charts/frame.ts';
import { shareBar } from '../charts/sparkline.ts';
import { moment } from '../format/moment.ts';
import {
  countText,
  duration,
  figure,
  measured,
  share,
  size,
  text,
  threeDigits,
} from '../../markup/quantity.ts';
import { plural } from '../sentences/sentence.ts';
import { factList, stats } from './facts.ts';
import { memoryBar } from './memory-parts.ts';

/** Limit of kinds of handles shown; Node has a few dozen. */
const MAX_KINDS = 8;

/** All current figures of the process, and the parts of its memory. */
export function nowStrip(facts: ProcessFacts, now: number): Html {
  const { current } = facts;
  const over = `over ${text(duration(current.atMillis - current.fromMillis))}`;
  return panel({
    className: 'strip dense',
    title: 'Now',
    note: html`${facts.version !== undefined && html`version ${facts.version}, `}pid ${facts.pid}, node
    ${facts.nodeVersion}, started ${moment(facts.startedAtMillis, now)}`,
    body: html`${stats([
      {
        label: 'memory (RSS)',
        value: size(current.rssBytes),
        note: `at most ${text(size(facts.highWaterRssBytes))}`,
      },
      {
        label: 'heap used',
        value: size(current.heapUsedBytes),
        note: `limit ${text(size(facts.heapLimitBytes))}`,
      },
      { label: 'external', value: size(current.externalBytes), note: 'buffers outside the heap' },
      {
        label: 'CPU',
        value: share(current.cpuUtilization),
        note: `of one core, ${over}`,
      },
      {
        label: 'loop delay p99',
        value: measured(current.eventLoopDelayP99Millis),
        note: `${over}; p50 ${text(duration(current.eventLoopDelayP50Millis))}, longest ${text(duration(current.eventLoopDelayMaxMillis))}`,
      },
      { label: 'event loop busy', value: share(current.eventLoopUtilization), note: 'of its time' },
      {
        label: 'GC pauses',
        value: measured(current.gcPauseMillis),
        note: `${over}; ${plural(current.gcCount, 'run')}, longest ${text(duration(current.gcPauseMaxMillis))}`,
      },
      { label: 'open handles', value: countText(current.activeHandles), note: 'by kind below' },
      {
        label: 'files and sockets',
        value: countText(current.openFiles),
        note: `limit ${countText(facts.openFilesLimit)}`,
      },
    ])}${memoryBar(current)}${
      facts.problem !== undefined &&
      html`<p class="note">Some values could not be read: <bdi class="wrap">${facts.problem}</bdi></p>`
    }`,
  });
}

export function machinePanel({
  processors,
  loadAverage,
  memoryBytes,
  availableMemoryBytes,
}: ProcessFacts['machine']): Html {
  const taken = Math.max(0, memoryBytes - availableMemoryBytes);
  return panel({
    title: 'The machine',
    note: 'or the part of it that this process may use',
    body: factList([
      [
        'memory used by all processes',
        html`<span class="meter"
          >${shareBar('http', taken / Math.max(1, memoryBytes))}
          <span>${figure(size(taken))} <span class="unit">of ${text(size(memoryBytes))}</span></span></span
        >`,
      ],
      ['processors', countText(processors)],
      [
        'load, last minute',
        loadAverage === undefined
          ? 'unknown here'
          : html`${threeDigits(loadAverage)}<span class="unit"> of ${countText(processors)}</span>`,
      ],
    ]),
  });
}

/** A kind that is missing here is shown by Node's name. */
const HANDLE_WORDS: Readonly<Record<string, string>> = {
  TCPSocketWrap: 'connections',
  TCPServerWrap: 'listening sockets',
  Timeout: 'timers',
  Immediate: 'immediates',
  PipeWrap: 'pipes',
  TTYWrap: 'terminals',
  FSReqCallback: 'file operations',
  FSReqPromise: 'file operations (promised)',
  MessagePort: 'message ports',
  ProcessWrap: 'child processes',
};

export function handlesPanel(handles: ProcessFacts['handles']): Html {
  const kinds = Object.entries(handles).sort(([, a], [, b]) => b - a);
  return panel({
    title: 'Open handles',
    note: 'what keeps the process running',
    body:
      kinds.length === 0
        ? html`<p class="quiet">None.</p>`
        : factList(
            kinds.slice(0, MAX_KINDS).map(([kind, count]) => [HANDLE_WORDS[kind] ?? kind, countText(count)]),
          ),
  });
}
