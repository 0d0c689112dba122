import { performance } from 'node:perf_hooks';
import type { HrTime } from '@opentelemetry/api';
import { millisToHrTime } from '@opentelemetry/core';
import { getHeapSpaceStatistics } from 'node:v8';
import type { RuntimeSampler } from '../instrumentation/runtime.ts';
import type { MetricDataBuilder, Point } from './metric-data.ts';

/** Resource usage of the process under the names of the conventions: `nodejs.*`, `v8js.*` and `process.*`. */
export function addRuntimeMetrics(to: MetricDataBuilder, runtime: RuntimeSampler): void {
  const sample = runtime.current();
  const processStart = millisToHrTime(runtime.startedAtMillis);
  addEventLoop(to, runtime, processStart);
  addHeap(to);
  to.durations(
    'v8js.gc.duration',
    'Garbage collection duration.',
    runtime.gcPauses().map(([type, durations]) => ({ durations, attributes: { 'v8js.gc.type': type } })),
  );
  to.gauge(
    'v8js.resource.active',
    '{resource}',
    'Gauge of the active resources that are currently keeping the event loop alive.',
    activeResources(),
  );
  const { user, system } = process.cpuUsage();
  to.counter(
    'process.cpu.time',
    's',
    'Total CPU seconds broken down by different CPU modes.',
    [
      { attributes: { 'cpu.mode': 'user' }, value: user / 1e6 },
      { attributes: { 'cpu.mode': 'system' }, value: system / 1e6 },
    ],
    processStart,
  );
  to.gauge('process.uptime', 's', 'The time the process has been running.', [{ value: process.uptime() }]);
  to.level('process.memory.usage', 'By', 'The amount of physical memory in use.', [
    { value: sample.rssBytes },
  ]);
  to.level(
    'process.unix.file_descriptor.count',
    '{file_descriptor}',
    'Number of UNIX file descriptors in use by the process.',
    [{ value: sample.openFiles }],
  );
}

/** What keeps the event loop alive, by type. */
function activeResources(): Point[] {
  const counts = new Map<string, number>();
  for (const type of process.getActiveResourcesInfo()) counts.set(type, (counts.get(type) ?? 0) + 1);
  return [...counts].map(([type, value]) => ({ attributes: { 'v8js.resource.type': type }, value }));
}

/** Delays since the last runtime sample. */
function addEventLoop(to: MetricDataBuilder, runtime: RuntimeSampler, processStart: HrTime): void {
  for (const [word, millis] of Object.entries(runtime.eventLoopDelays()))
    to.gauge(`nodejs.eventloop.delay.${word}`, 's', `Event loop delay: ${word}.`, [{ value: millis / 1e3 }]);
  const { active, idle } = performance.eventLoopUtilization();
  to.counter(
    'nodejs.eventloop.time',
    's',
    'Time the event loop has been in each state.',
    [
      { attributes: { 'nodejs.eventloop.state': 'active' }, value: active / 1e3 },
      { attributes: { 'nodejs.eventloop.state': 'idle' }, value: idle / 1e3 },
    ],
    processStart,
  );
  to.gauge('nodejs.eventloop.utilization', '1', 'Event loop utilization.', [
    { value: runtime.current().eventLoopUtilization },
  ]);
}

function addHeap(to: MetricDataBuilder): void {
  const spaces = getHeapSpaceStatistics();
  const points = (read: (space: (typeof spaces)[number]) => number): Point[] =>
    spaces.map((space) => ({ attributes: { 'v8js.heap.space.name': space.space_name }, value: read(space) }));
  to.level(
    'v8js.memory.heap.used',
    'By',
    'Heap memory size allocated.',
    points((space) => space.space_used_size),
  );
  to.level(
    'v8js.memory.heap.space.size',
    'By',
    'Total heap memory size pre-allocated for a heap space.',
    points((space) => space.space_size),
  );
  to.level(
    'v8js.memory.heap.space.available_size',
    'By',
    'Heap space available size.',
    points((space) => space.space_available_size),
  );
  to.level(
    'v8js.memory.heap.space.physical_size',
    'By',
    'Committed size of a heap space.',
    points((space) => space.physical_space_size),
  );
}
