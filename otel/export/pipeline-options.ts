import type { Clock } from '../base/clock.ts';
import type { ExportStorage } from '../base/export-storage.ts';
import type { Destination } from './destination.ts';
import type { ItemKind } from './export-queue.ts';
import type { ExportComponent } from './export-tally.ts';

export interface PipelineLimits {
  /** Default 2048. */
  readonly maxQueueItems?: number;
  /** Default 4 MiB. */
  readonly maxQueueBytes?: number;
  /** Items per export; default 512. */
  readonly maxBatchItems?: number;
  /** Maximum time an item waits for a batch, and the first pause after a failure; default 5000. */
  readonly scheduledDelayMillis?: number;
  /** An export that takes longer has failed and is aborted; default 10,000. */
  readonly exportTimeoutMillis?: number;
  /** Spans, data points or log records that waited on disk are sent at this rate, in at most 100 exports per second; default 2500. */
  readonly storedItemsPerSecond?: number;
  /** For forceFlush as a whole; default 10,000. */
  readonly flushTimeoutMillis?: number;
  /** For shutdown as a whole; default 3000. */
  readonly shutdownTimeoutMillis?: number;
}

export interface ExportPipelineOptions<Item> extends PipelineLimits {
  readonly destination: Destination<Item>;
  readonly kind: ItemKind<Item>;
  /** Destination for display: a URL, whose credentials are removed, or a word. */
  readonly endpoint: string;
  readonly component: ExportComponent;
  readonly clock?: Clock;
  /** Where exports wait that the receiver does not accept now. */
  readonly storage?: ExportStorage | undefined;
  /** Called with the traces of every export that the receiver accepted completely. */
  readonly onSent?: ((traceIds: readonly string[]) => void) | undefined;
  /** What a test sends. Default: an export of nothing. */
  readonly sample?: (() => Item[]) | undefined;
  /** One line when the export fails, works again or gives up. */
  readonly log?: ((message: string) => void) | undefined;
}
