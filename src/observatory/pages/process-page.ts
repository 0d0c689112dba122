import type {
  Marker,
  ProcessFacts,
  RuntimeSample,
  TakenHeapProfile,
  TelemetryQuery,
} from '../../../otel/query.ts';
import { html, type Html } from '../../markup/html.ts';
import { barChart } from '../charts/bar-chart.ts';
import { panel, type ChartTable, type ChartTime } from '../charts/frame.ts';
import { lineChart, type ChartLine } from '../charts/line-chart.ts';
import { logScale } from '../charts/scales.ts';
import { handlesPanel, machinePanel, nowStrip } from '../draw/process-panels.ts';
import { moment } from '../format/moment.ts';
import { duration, measured, share, size, text } from '../../markup/quantity.ts';
import { profileStart } from '../draw/asked-profiles.ts';
import { HEAP_PROFILE } from '../draw/heap-profile-panels.ts';
import { TIME_PROFILE } from '../draw/profile-panels.ts';
import { stallPanel } from '../draw/stall-tables.ts';
import type { PageView } from '../page.ts';
import { definePage } from './define-page.ts';
import { chartSamples, floorSamples, hasSpan, highest, spanSamples } from '../facts/runtime-course.ts';
import { memoryGrowth } from '../facts/memory-growth.ts';
import { growthWithin, processMemories, type ProcessMemories } from '../facts/process-memory.ts';
import { processAt } from '../facts/process-at.ts';
import { stallSummary, type StallSummary } from '../facts/stall-summary.ts';
import type { ChosenRange } from '../facts/time-range.ts';
import { processMemoryPanel } from '../draw/process-memory-table.ts';
import { sumDowntimes, type DowntimeSum } from '../facts/downtimes.ts';
import { downtimeSentence, outsideWords } from '../sentences/downtime-sentence.ts';
import type { MemoryFacts } from '../sentences/memory-sentence.ts';
import { processSentence } from '../sentences/process-sentence.ts';
import { drawPart, plural, sentenceText } from '../sentences/sentence.ts';

const CHART_HEIGHT = 150;

interface RuntimeFacts {
  readonly process: ProcessFacts;
  readonly runtime: readonly RuntimeSample[];
  readonly markers: readonly Marker[];
  readonly stalls: StallSummary;
  readonly downtime: DowntimeSum;
  readonly memory: MemoryFacts;
  readonly processes: ProcessMemories;
  /** The newest; undefined if none was taken. */
  readonly heapProfile: TakenHeapProfile | undefined;
}

/** The process: memory, CPU, event loop, garbage collection. */
export const processPage = definePage<RuntimeFacts>({
  path: '/process',
  menu: 'process',
  fetch: ({ telemetry, range, now }) => ({
    ...processFactsOf(telemetry, range, now),
    runtime: telemetry.runtime(range),
    markers: telemetry.markers(range),
    stalls: stallSummary(telemetry.stalls(range)),
    heapProfile: telemetry.heapProfiling.heapProfiles().kept[0],
    downtime: sumDowntimes(telemetry.downtime(), range),
  }),
  title: () => 'Process',
  sentence: (facts, { range, now, links }) => processSentence(facts, range, now, links),
  draw({ process: facts, runtime, markers, stalls, downtime, processes }, view) {
    const time: ChartTime = { range: view.range.drawn, markers, now: view.now };
    const of = (
      label: string,
      tone: ChartLine['tone'],
      pick: (sample: RuntimeSample) => number,
      samplesOf = chartSamples,
    ): ChartLine => ({
      label,
      tone,
      samples: samplesOf(runtime, pick),
    });
    const table = runtimeTable(runtime, view.now);
    const tall = { height: CHART_HEIGHT };
    const worst = highest(runtime, (s) => s.eventLoopDelayMaxMillis);
    return html`${nowStrip(facts, view.now)}${processMemoryPanel(processes, view)} ${stallPanel(stalls, view)}
      ${downtimePanel(downtime, view)}
      <div class="grid even">${profilePanel(view)} ${heapProfilePanel(view)}</div>
      <div class="grid even">
        ${panel({
          title: 'Memory',
          note: mostUsed(runtime),
          body: lineChart(
            'Memory',
            [
              of('RSS', 'http', (s) => s.rssBytes),
              of('heap total', 'other', (s) => s.heapTotalBytes),
              of('heap used', 'database', (s) => s.heapUsedBytes),
              { label: 'after GC', tone: 'render', samples: floorSamples(runtime) },
            ],
            time,
            (value) => (value === 0 ? '0' : text(size(value))),
            tall,
          ),
          table,
        })}
        ${panel({
          title: 'Event-loop delay',
          note: `of a timer, log scale${worst > 0 ? `; longest ${text(duration(worst))}` : ''}`,
          body: lineChart(
            'Event-loop delay',
            [
              of('longest', 'other', (s) => s.eventLoopDelayMaxMillis, spanSamples),
              of('p99', 'render', (s) => s.eventLoopDelayP99Millis, spanSamples),
              of('p50', 'http', (s) => s.eventLoopDelayP50Millis, spanSamples),
            ],
            time,
            (value) => text(duration(value)),
            { ...tall, scale: logScale },
          ),
          table,
        })}
        ${panel({
          title: 'CPU and event loop',
          note: 'share of one core, of the loop’s time',
          body: lineChart(
            'CPU',
            [
              of('CPU', 'database', (s) => s.cpuUtilization, spanSamples),
              of('loop busy', 'http', (s) => s.eventLoopUtilization, spanSamples),
            ],
            time,
            (value) => text(share(value)),
            tall,
          ),
          table,
        })}
        ${collectionPanel(runtime, time, table)} ${machinePanel(facts.machine)}${handlesPanel(facts.handles)}
      </div>`;
  },
  sheet: ({ runtime }) => ({
    columns: [
      'from',
      'at',
      'process_started_at',
      'rss_bytes',
      'rss_max_bytes',
      'heap_used_bytes',
      'heap_floor_bytes',
      'rss_floor_bytes',
      'cpu_utilization',
      'event_loop_delay_p99_ms',
      'event_loop_delay_max_ms',
      'gc_pause_ms',
      'gc_pause_max_ms',
      'open_files_max',
    ],
    rows: runtime.map((s) => [
      ...[s.fromMillis, s.atMillis, s.processStartedAtMillis].map((millis) => new Date(millis).toISOString()),
      s.rssBytes,
      s.rssMaxBytes,
      s.heapUsedBytes,
      s.heapFloorBytes,
      s.rssFloorBytes,
      s.cpuUtilization,
      s.eventLoopDelayP99Millis,
      s.eventLoopDelayMaxMillis,
      s.gcPauseMillis,
      s.gcPauseMaxMillis,
      s.openFilesMax,
    ]),
  }),
});

/** In a range that has ended, memory is that of the process which ran at its end. */
function processFactsOf(
  telemetry: TelemetryQuery,
  range: ChosenRange,
  now: number,
): Pick<RuntimeFacts, 'process' | 'memory' | 'processes'> {
  const process = processAt(telemetry, now);
  const { heapLimitBytes, startedAtMillis: startedNow } = process;
  const all = telemetry.processes();
  const courses = range.moving ? all : all.filter(({ startedAtMillis: at }) => at < range.toMillis);
  const own = range.moving ? courses.find(({ startedAtMillis: at }) => at === startedNow) : courses.at(-1);
  const recent = memoryGrowth(telemetry.memoryFloors(range));
  const growth = range.moving ? growthWithin(own, recent) : recent;
  const judged = { startedAtMillis: own?.startedAtMillis ?? startedNow, growth };
  return {
    process,
    memory: { ...growth, heapLimitBytes, version: own?.version },
    processes: processMemories(courses, judged),
  };
}

/** Between two samples, too, and by earlier processes. */
function mostUsed(runtime: readonly RuntimeSample[]): string | undefined {
  const most = highest(runtime, (s) => s.rssMaxBytes);
  return most === 0 ? undefined : `RSS at most ${text(size(most))} in this range`;
}

function collectionPanel(runtime: readonly RuntimeSample[], time: ChartTime, table: ChartTable): Html {
  return panel({
    title: 'Garbage collection',
    note: collectionNote(runtime),
    body: barChart(
      'Garbage collection',
      { tone: 'other', samples: chartSamples(runtime, (s) => s.gcPauseMillis) },
      time,
      (value) => (value === 0 ? '0' : text(duration(value))),
      CHART_HEIGHT,
    ),
    table,
  });
}

function collectionNote(runtime: readonly RuntimeSample[]): string {
  const runs = runtime.reduce((sum, sample) => sum + sample.gcCount, 0);
  if (runs === 0) return 'no runs';
  const paused = runtime.reduce((sum, sample) => sum + sample.gcPauseMillis, 0);
  const longest = highest(runtime, (s) => s.gcPauseMaxMillis);
  return `${plural(runs, 'run')}, ${text(duration(paused))} paused in total, ${text(duration(longest))} at most`;
}

function runtimeTable(runtime: readonly RuntimeSample[], now: number): ChartTable {
  return {
    columns: ['at', 'RSS', 'heap used', 'after GC', 'CPU', 'delay p50', 'delay p99', 'longest', 'GC'],
    at: runtime.map((s) => s.atMillis),
    rows: runtime.map((s) => [
      moment(s.atMillis, now),
      text(size(s.rssBytes)),
      text(size(s.heapUsedBytes)),
      text(size(s.heapFloorBytes)),
      ...[
        share(s.cpuUtilization),
        measured(s.eventLoopDelayP50Millis),
        measured(s.eventLoopDelayP99Millis),
        measured(s.eventLoopDelayMaxMillis),
        measured(s.gcPauseMillis),
      ].map((quantity) => (hasSpan(s) ? text(quantity) : '–')),
    ]),
  };
}

function profilePanel(view: PageView): Html {
  return panel({
    title: 'Where time goes',
    note: html`<a href="${view.links.to(TIME_PROFILE.path)}">profiles</a>`,
    body: profileStart(TIME_PROFILE, view),
  });
}

function heapProfilePanel(view: PageView): Html {
  return panel({
    title: 'Who keeps memory',
    note: html`<a href="${view.links.to(HEAP_PROFILE.path)}">heap profiles</a>`,
    body: profileStart(HEAP_PROFILE, view),
  });
}

function downtimePanel(downtime: DowntimeSum, view: PageView): Html {
  return panel({
    title: 'Downtime',
    note: html`<a href="${view.links.to('/downtime')}">${plural(downtime.rows.length, 'time')}</a>`,
    body: html`<p>
      ${sentenceText(downtimeSentence(downtime, view.range, view.now))}${outsideWords(downtime, view.now, view.links).map(drawPart)}
    </p>`,
  });
}
