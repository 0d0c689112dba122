import type { Profiler } from 'node:inspector';
import { SAMPLE_MICROS } from '../../../otel/instrumentation/stall-messages.ts';

/** A tree of `name url line` paths from the root, one sample for each path, an interval apart. */
export function profileOf(paths: readonly (readonly string[])[], startTime = 0): Profiler.Profile {
  const nodes = new Map<string, Profiler.ProfileNode>();
  const nodeOf = (path: readonly string[]): Profiler.ProfileNode => {
    const key = path.join(' < ');
    const known = nodes.get(key);
    if (known !== undefined) return known;
    const last = path.at(-1) ?? '(root)';
    const [functionName = '', url = '', line = '1'] = last.startsWith('(') ? [last] : last.split(' ');
    const callFrame = { functionName, url, scriptId: '0', lineNumber: Number(line) - 1, columnNumber: 0 };
    const node: Profiler.ProfileNode = { id: nodes.size + 1, callFrame, children: [] };
    nodes.set(key, node);
    if (path.length > 0) nodeOf(path.slice(0, -1)).children!.push(node.id);
    return node;
  };
  const samples = paths.map((path) => nodeOf(path).id);
  const timeDeltas = samples.map((_, index) => (index === 0 ? 0 : SAMPLE_MICROS));
  return {
    nodes: [...nodes.values()],
    startTime,
    endTime: startTime + (paths.length - 1) * SAMPLE_MICROS,
    samples,
    timeDeltas,
  };
}
