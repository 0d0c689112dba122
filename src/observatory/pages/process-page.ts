import type { Marker, ProcessFacts, RuntimeSample } from '../../../otel/query.ts';
import { html } from '../../views/html.ts';
import { barChart } from '../charts/bar-chart.ts';
import { panel, type ChartTable, type ChartTime } from '../charts/frame.ts';
import { lineChart, type ChartLine } from '../charts/line-chart.ts';
import { logScale } from '../charts/scales.ts';
import { handlesPanel, machinePanel, nowStrip } from '../draw/process-panels.ts';
import { moment, spanText } from '../format/moment.ts';
import { countText, duration, measured, share, size, text } from '../format/quantity.ts';
import { definePage } from '../page.ts';
import { runtimeCourse } from '../runtime-course.ts';
import { memoryTrend } from '../sentences/memory-trend.ts';
import { plural, type SentencePart } from '../sentences/sentence.ts';

/** Samples of a chart; more would be a smear. */
const CHART_POINTS = 120;

interface RuntimeFacts {
  readonly process: ProcessFacts;
  readonly runtime: readonly RuntimeSample[];
  readonly markers: readonly Marker[];
}

/** What the process holds and how it breathes: memory, CPU, event loop, collection. */
export const processPage = definePage<RuntimeFacts>({
  path: '/process',
  menu: 'process',
  fetch: ({ telemetry, range }) => ({
    process: telemetry.process(),
    runtime: telemetry.runtime(range),
    markers: telemetry.markers(range),
  }),
  title: () => 'Process',
  sentence({ process: facts, runtime }, { range }) {
    const words = facts.startedAtMillis > range.fromMillis ? 'since the start' : range.words;
    const trend = memoryTrend(runtime);
    const moved =
      Math.abs(trend.grownBytes) < 4 * 2 ** 20
        ? 'steady'
        : `${text(size(Math.abs(trend.grownBytes)))} ${trend.grownBytes > 0 ? 'more' : 'less'} than at the beginning`;
    const worst = worstDelay(runtime);
    const [held, most] = [text(size(facts.current.rssBytes)), text(size(facts.highWaterRssBytes))];
    const parts: SentencePart[] = [
      {
        text: `Up ${spanText(facts.uptimeSeconds * 1000)}, holding ${held}${held === most ? ', the most so far.' : `; at most it held ${most}.`}`,
      },
    ];
    if (runtime.length > 1) parts.push({ text: ` Memory ${words}: ${moved}.` });
    if (worst > 0) parts.push({ text: ` The event loop was held up for ${text(duration(worst))} at worst.` });
    return parts;
  },
  draw({ process: facts, runtime, markers }, view) {
    const time: ChartTime = { range: view.range.drawn, markers, now: view.now };
    // What is taken now continues the samples, so that the first one is not alone for an interval.
    const samples = view.range.moving ? [...runtime, facts.current] : runtime;
    const course = runtimeCourse(samples, CHART_POINTS);
    const of = (
      label: string,
      tone: ChartLine['tone'],
      pick: (sample: RuntimeSample) => number,
    ): ChartLine => ({
      label,
      tone,
      samples: course.map((sample) => ({ atMillis: sample.atMillis, value: pick(sample) })),
    });
    const table = runtimeTable(course, view.now);
    const tall = { height: 150 };
    const runs = runtime.reduce((sum, sample) => sum + sample.gcCount, 0);
    const paused = runtime.reduce((sum, sample) => sum + sample.gcPauseMillis, 0);
    return html`${nowStrip(facts, view.now)}
      <div class="grid even">
        ${panel({
          title: 'Memory',
          note: `at most ${text(size(facts.highWaterRssBytes))} since the start`,
          body: lineChart(
            'Memory',
            [
              of('RSS', 'http', (s) => s.rssBytes / 2 ** 20),
              of('heap total', 'other', (s) => s.heapTotalBytes / 2 ** 20),
              of('heap used', 'database', (s) => s.heapUsedBytes / 2 ** 20),
            ],
            time,
            (value) => (value === 0 ? '0' : `${countText(value)} MB`),
            tall,
          ),
          table,
        })}
        ${panel({
          title: 'Event-loop delay',
          note:
            worstDelay(runtime) > 0 ? `log scale; worst ${text(duration(worstDelay(runtime)))}` : 'log scale',
          body: lineChart(
            'Event-loop delay',
            [
              of('p99', 'render', (s) => s.eventLoopDelayP99Millis),
              of('p50', 'http', (s) => s.eventLoopDelayP50Millis),
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
              of('CPU', 'database', (s) => s.cpuUtilization),
              of('loop busy', 'http', (s) => s.eventLoopUtilization),
            ],
            time,
            (value) => text(share(value)),
            tall,
          ),
          table,
        })}
        ${panel({
          title: 'Garbage collection',
          note: runs === 0 ? 'no runs' : `${plural(runs, 'run')}, ${text(duration(paused))} paused in all`,
          body: barChart(
            'Garbage collection',
            of('pause', 'other', (s) => s.gcPauseMillis),
            time,
            (value) => (value === 0 ? '0' : text(duration(value))),
            tall.height,
          ),
          table,
        })}
        ${machinePanel(facts.machine)}${handlesPanel(facts.handles)}
      </div>`;
  },
  sheet: ({ runtime }) => ({
    columns: [
      'at',
      'rss_bytes',
      'heap_used_bytes',
      'cpu_utilization',
      'event_loop_delay_p99_ms',
      'gc_pause_ms',
    ],
    rows: runtime.map((s) => [
      new Date(s.atMillis).toISOString(),
      s.rssBytes,
      s.heapUsedBytes,
      s.cpuUtilization,
      s.eventLoopDelayP99Millis,
      s.gcPauseMillis,
    ]),
  }),
});

function worstDelay(runtime: readonly RuntimeSample[]): number {
  return runtime.reduce((worst, sample) => Math.max(worst, sample.eventLoopDelayP99Millis), 0);
}

function runtimeTable(runtime: readonly RuntimeSample[], now: number): ChartTable {
  return {
    columns: ['at', 'RSS', 'heap used', 'CPU', 'delay p50', 'delay p99', 'GC'],
    at: runtime.map((s) => s.atMillis),
    rows: runtime.map((s) => [
      moment(s.atMillis, now),
      text(size(s.rssBytes)),
      text(size(s.heapUsedBytes)),
      text(share(s.cpuUtilization)),
      text(measured(s.eventLoopDelayP50Millis)),
      text(measured(s.eventLoopDelayP99Millis)),
      text(measured(s.gcPauseMillis)),
    ]),
  };
}
