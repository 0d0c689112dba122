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

/** Kinds of handles; Node has a few dozen. */
const MAX_KINDS = 8;

/** Every figure of the process as of now, and what its memory is made of. */
export function nowStrip(facts: ProcessFacts, now: number): Html {
  const { current } = facts;
  return panel({
    className: 'strip dense',
    title: 'Now',
    note: html`pid ${facts.pid}, node ${facts.nodeVersion}, started ${moment(facts.startedAtMillis, now)}`,
    body: html`${stats([
      {
        label: 'memory (RSS)',
        value: size(current.rssBytes),
        note: `at most ${text(size(facts.highWaterRssBytes))}`,
      },
      {
        label: 'heap used',
        value: size(current.heapUsedBytes),
        note: `may grow to ${text(size(facts.heapLimitBytes))}`,
      },
      { label: 'external', value: size(current.externalBytes), note: 'buffers and the like' },
      { label: 'CPU', value: share(current.cpuUtilization), note: 'of one core' },
      {
        label: 'loop delay p99',
        value: measured(current.eventLoopDelayP99Millis),
        note: `p50 ${text(duration(current.eventLoopDelayP50Millis))}, longest ${text(duration(current.eventLoopDelayMaxMillis))}`,
      },
      { label: 'event loop busy', value: share(current.eventLoopUtilization), note: 'of its time' },
      {
        label: 'GC pauses',
        value: measured(current.gcPauseMillis),
        note: `${plural(current.gcCount, 'run')}, longest ${text(duration(current.gcPauseMaxMillis))}`,
      },
      { label: 'open handles', value: countText(current.activeHandles), note: 'by kind below' },
      {
        label: 'files and sockets',
        value: countText(current.openFiles),
        note: `of ${countText(facts.openFilesLimit)}, at most`,
      },
    ])}${memoryBar(current)}${
      facts.problem !== undefined &&
      html`<p class="note">Not everything could be read: <bdi class="wrap">${facts.problem}</bdi></p>`
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
    note: 'or this process’s part of it',
    body: factList([
      [
        'memory taken, by all',
        html`<span class="meter"
          >${shareBar('http', taken / Math.max(1, memoryBytes))}
          <span>${figure(size(taken))} <span class="unit">of ${text(size(memoryBytes))}</span></span></span
        >`,
      ],
      ['processors', countText(processors)],
      [
        'load, last minute',
        loadAverage === undefined
          ? 'not known here'
          : html`${threeDigits(loadAverage)}<span class="unit"> of ${countText(processors)}</span>`,
      ],
    ]),
  });
}

/** A kind without a word here has Node's own name. */
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
