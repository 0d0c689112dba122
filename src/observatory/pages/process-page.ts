import type { Marker, ProcessFacts, RuntimeSample } from '../../../otel/query.ts';
import { html, type Html } from '../../views/html.ts';
import { panel, type ChartTable, type ChartTime } from '../charts/frame.ts';
import { lineChart, type ChartLine } from '../charts/line-chart.ts';
import { stats } from '../draw/facts.ts';
import { moment, spanText } from '../format/moment.ts';
import { countText, duration, share, size, text, threeDigits } from '../format/quantity.ts';
import { definePage } from '../page.ts';
import { memoryTrend } from '../sentences/memory-trend.ts';
import type { SentencePart } from '../sentences/sentence.ts';

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
    const worst = runtime.reduce((most, sample) => Math.max(most, sample.eventLoopDelayP99Millis), 0);
    const parts: SentencePart[] = [
      {
        text: `Up ${spanText(facts.uptimeSeconds * 1000)}, holding ${text(size(facts.current.rssBytes))}; at most it held ${text(size(facts.highWaterRssBytes))}.`,
      },
    ];
    if (runtime.length > 1) parts.push({ text: ` Memory ${words}: ${moved}.` });
    if (worst > 0) parts.push({ text: ` The event loop was held up for ${text(duration(worst))} at worst.` });
    return parts;
  },
  draw({ process: facts, runtime, markers }, view) {
    const time: ChartTime = { range: view.range, markers, now: view.now };
    const { current } = facts;
    const of = (
      label: string,
      tone: ChartLine['tone'],
      pick: (sample: RuntimeSample) => number,
    ): ChartLine => ({
      label,
      tone,
      samples: runtime.map((sample) => ({ atMillis: sample.atMillis, value: pick(sample) })),
    });
    const bytes = (value: number): string => text(size(value));
    const megabytes = (value: number): string => `${countText(value)} MB`;
    const table = runtimeTable(runtime, view.now);
    return html`${panel({
        className: 'strip',
        title: 'Now',
        note: `pid ${facts.pid}, node ${facts.nodeVersion}, started ${new Date(facts.startedAtMillis).toISOString().slice(0, 16).replace('T', ' ')} UTC`,
        body: stats([
          {
            label: 'memory (RSS)',
            value: size(current.rssBytes),
            note: `at most ${bytes(facts.highWaterRssBytes)}`,
          },
          {
            label: 'heap used',
            value: size(current.heapUsedBytes),
            note: `of ${bytes(current.heapTotalBytes)}`,
          },
          { label: 'external', value: size(current.externalBytes) },
          { label: 'CPU, of one core', value: share(current.cpuUtilization) },
          {
            label: 'event-loop delay p99',
            value: duration(current.eventLoopDelayP99Millis),
            note: `p50 ${text(duration(current.eventLoopDelayP50Millis))}`,
          },
          { label: 'event loop busy', value: share(current.eventLoopUtilization) },
          {
            label: 'GC pauses',
            value: duration(current.gcPauseMillis),
            note: `${countText(current.gcCount)} runs`,
          },
          { label: 'open handles', value: countText(current.activeHandles) },
        ]),
      })}
      <div class="grid even">
        ${chart('Memory', 'megabytes', lineChart('Memory', [of('RSS', 'http', (s) => s.rssBytes / 2 ** 20), of('heap total', 'other', (s) => s.heapTotalBytes / 2 ** 20), of('heap used', 'database', (s) => s.heapUsedBytes / 2 ** 20)], time, megabytes, 150), table)}
        ${chart(
          'Event-loop delay',
          'milliseconds',
          lineChart(
            'Event-loop delay',
            [
              of('p99', 'render', (s) => s.eventLoopDelayP99Millis),
              of('p50', 'http', (s) => s.eventLoopDelayP50Millis),
            ],
            time,
            (value) => `${threeDigits(value)} ms`,
            150,
          ),
          table,
        )}
        ${chart(
          'CPU and event loop',
          'share of one core',
          lineChart(
            'CPU',
            [
              of('CPU', 'database', (s) => s.cpuUtilization),
              of('loop busy', 'http', (s) => s.eventLoopUtilization),
            ],
            time,
            (value) => text(share(value)),
            150,
          ),
          table,
        )}
        ${chart(
          'Garbage collection',
          'pause per sample, milliseconds',
          lineChart(
            'Garbage collection',
            [of('pause', 'other', (s) => s.gcPauseMillis)],
            time,
            (value) => `${threeDigits(value)} ms`,
            150,
          ),
          table,
        )}
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

function chart(title: string, note: string, body: Html, table: ChartTable): Html {
  return panel({ title, note, body, table });
}

function runtimeTable(runtime: readonly RuntimeSample[], now: number): ChartTable {
  return {
    columns: ['at', 'RSS', 'heap used', 'CPU', 'delay p50 ms', 'delay p99 ms', 'GC ms'],
    at: runtime.map((s) => s.atMillis),
    rows: runtime.map((s) => [
      moment(s.atMillis, now),
      text(size(s.rssBytes)),
      text(size(s.heapUsedBytes)),
      text(share(s.cpuUtilization)),
      threeDigits(s.eventLoopDelayP50Millis),
      threeDigits(s.eventLoopDelayP99Millis),
      threeDigits(s.gcPauseMillis),
    ]),
  };
}
