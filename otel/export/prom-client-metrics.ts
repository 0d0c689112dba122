import { getHeapSpaceStatistics } from 'node:v8';
import { millisToHrTime } from '@opentelemetry/core';
import type { RuntimeSampler } from '../instrumentation/runtime.ts';
import type { MetricDataBuilder } from './metric-data.ts';

/**
 * Process and runtime under the names of Prometheus' client libraries: dashboards for Node.js ask for those of prom-client 15. Its totals of handles
 * and requests are missing, because a gauge named `_total` is refused by promtool.
 */
export function addPromClientMetrics(to: MetricDataBuilder, runtime: RuntimeSampler): void {
  const sample = runtime.current();
  const { user, system } = process.cpuUsage();
  const since = millisToHrTime(runtime.startedAtMillis);
  const cpu = (name: string, help: string, micros: number): void =>
    to.counter(name, 's', help, [{ value: micros / 1e6 }], since);
  cpu('process_cpu_user', 'Total user CPU time spent in seconds.', user);
  cpu('process_cpu_system', 'Total system CPU time spent in seconds.', system);
  cpu('process_cpu', 'Total user and system CPU time spent in seconds.', user + system);
  const gauge = (name: string, unit: string, help: string, value: number): void =>
    to.gauge(name, unit, help, [{ value }]);
  gauge(
    'process_start_time',
    's',
    'Start time of the process since unix epoch in seconds.',
    runtime.startedAtMillis / 1e3,
  );
  gauge('process_resident_memory', 'By', 'Resident memory size in bytes.', sample.rssBytes);
  gauge('process_open_fds', '', 'Number of open file descriptors.', sample.openFiles);
  gauge('process_max_fds', '', 'Maximum number of open file descriptors.', runtime.openFilesLimit);
  gauge('nodejs_heap_size_total', 'By', 'Process heap size from Node.js in bytes.', sample.heapTotalBytes);
  gauge('nodejs_heap_size_used', 'By', 'Process heap size used from Node.js in bytes.', sample.heapUsedBytes);
  gauge('nodejs_external_memory', 'By', 'Node.js external memory size in bytes.', sample.externalBytes);
  const { p50, ...delays } = runtime.eventLoopDelays();
  gauge('nodejs_eventloop_lag', 's', 'Lag of event loop in seconds: its median.', p50 / 1e3);
  for (const [word, millis] of Object.entries({ ...delays, p50 }))
    gauge(`nodejs_eventloop_lag_${word}`, 's', `Event loop delay: ${word}.`, millis / 1e3);
  addSpaces(to);
  to.durations(
    'nodejs_gc_duration',
    'Garbage collection duration by kind.',
    runtime.gcPauses().map(([kind, durations]) => ({ durations, attributes: { kind } })),
  );
  const [major, minor, patch] = process.versions.node.split('.');
  to.gauge('nodejs_version_info', '', 'Node.js version info.', [
    { attributes: { version: process.version, major, minor, patch }, value: 1 },
  ]);
}

function addSpaces(to: MetricDataBuilder): void {
  const spaces = getHeapSpaceStatistics();
  const add = (word: string, read: (space: (typeof spaces)[number]) => number): void =>
    to.gauge(
      `nodejs_heap_space_size_${word}`,
      'By',
      `Process heap space size ${word} from Node.js in bytes.`,
      spaces.map((space) => ({
        attributes: { space: space.space_name.replace(/_space$/, '') },
        value: read(space),
      })),
    );
  add('total', (space) => space.space_size);
  add('used', (space) => space.space_used_size);
  add('available', (space) => space.space_available_size);
}
