import type { ExportFacts, Signal } from '../../../otel/query.ts';

/** One exporter in the JSON. */
export interface ExporterDocument {
  readonly signal: Signal;
  readonly endpoint: string;
  readonly on: boolean;
  readonly accepted: number;
  readonly sent: number;
  readonly rejected: number;
  readonly failed: number;
  readonly queued: number;
  readonly dropped: ExportFacts['droppedBy'];
  readonly stored: {
    readonly items: number;
    readonly bytes: number;
    readonly max_bytes: number;
    readonly max_items_per_second: number;
    readonly dropped: number;
    readonly adopted: number;
  } | null;
  readonly failing_since: string | null;
  readonly last_success: string | null;
  readonly last_error: { readonly at: string; readonly message: string } | null;
}

/** Sums of all exporters of spans; `signals` lists every exporter. */
export interface ExportDocument {
  readonly configured: boolean;
  readonly sent: number;
  readonly failed: number;
  readonly queued: number;
  readonly dropped: number;
  readonly last_error: { readonly at: string; readonly message: string } | null;
  readonly signals: readonly ExporterDocument[];
}

/** The first exporter of spans to a receiver counts, as for the pages; without one, the first exporter. */
export function exportDocument(exports: readonly ExportFacts[]): ExportDocument {
  const [first] = exports;
  return {
    configured: first !== undefined,
    sent: first?.sent ?? 0,
    failed: (first?.failed ?? 0) + (first?.rejected ?? 0),
    queued: (first?.queued ?? 0) + (first?.stored?.items ?? 0),
    dropped: (first?.dropped ?? 0) + (first?.stored?.dropped ?? 0),
    last_error: errorDocument(first?.lastError),
    signals: exports.map(exporterDocument),
  };
}

function exporterDocument(facts: ExportFacts): ExporterDocument {
  const { stored } = facts;
  return {
    signal: facts.signal,
    endpoint: facts.endpoint,
    on: facts.isOn,
    accepted: facts.accepted,
    sent: facts.sent,
    rejected: facts.rejected,
    failed: facts.failed,
    queued: facts.queued,
    dropped: facts.droppedBy,
    stored:
      stored === undefined
        ? null
        : {
            items: stored.items,
            bytes: stored.bytes,
            max_bytes: stored.maxBytes,
            max_items_per_second: stored.maxItemsPerSecond,
            dropped: stored.dropped,
            adopted: stored.adopted,
          },
    failing_since: timeOf(facts.failingSinceMillis),
    last_success: timeOf(facts.lastSuccessMillis),
    last_error: errorDocument(facts.lastError),
  };
}

/** The exporter that fails; undefined if every one works. */
export function failingExport(exports: readonly ExportFacts[]): ExportFacts | undefined {
  return exports.find(({ isOn, failingSinceMillis }) => isOn && failingSinceMillis !== undefined);
}

/** One word for the menu. */
export function exportState(exports: readonly ExportFacts[]): 'off' | 'on' | 'failing' {
  if (exports.every(({ isOn }) => !isOn)) return 'off';
  return failingExport(exports) === undefined ? 'on' : 'failing';
}

function errorDocument(error: ExportFacts['lastError']): ExportDocument['last_error'] {
  return error === undefined ? null : { at: new Date(error.atMillis).toISOString(), message: error.message };
}

function timeOf(millis: number | undefined): string | null {
  return millis === undefined ? null : new Date(millis).toISOString();
}
