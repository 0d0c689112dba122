import type { HistoryFacts, HistoryTraces } from '../query.ts';
import { maxTraceBytes } from './history-bounds.ts';
import type { HistoryFile } from './history-file.ts';
import type { TraceRank } from './trace-record.ts';
import type { TraceRing } from './trace-ring.ts';

export function historyFacts(file: HistoryFile, maxBytes: number, ring: TraceRing): HistoryFacts {
  const of = (rank: TraceRank): HistoryTraces => {
    const row = file.ledger.of(rank);
    const unsaved = row.unsaved + ring.lost[rank];
    return { ...row, ...file.traces.extent(rank), unsaved, maxBytes: maxTraceBytes(rank, maxBytes) };
  };
  const traces = { mustKeep: of('mustKeep'), ordinary: of('ordinary') };
  return {
    fileBytes: file.fileBytes,
    traces,
    waiting: ring.waiting,
    unsaved: traces.mustKeep.unsaved + traces.ordinary.unsaved,
    unlisted: file.unlisted,
  };
}
