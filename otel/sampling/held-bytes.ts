import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { estimateSpanBytes } from '../export/span-size.ts';
import type { FinishedOperation } from './finished-operation.ts';

/** Of a span that cannot be weighed: as much as one with a stack trace. */
const UNKNOWN_BYTES = 4096;
/** The object, its ids and numbers. What it tells beside its text is of its kind, and shared. */
const FINISHED_BYTES = 512;

/** A span that puts off what its attributes are made of, and can say what they will weigh without making them. */
export interface SelfWeighing {
  readonly heldBytes: number;
}

/** What an ended operation holds in memory while it waits, estimated: every one is weighed, so this costs some 20 ns. Never throws. */
export function heldBytesOf(ended: ReadableSpan | FinishedOperation): number {
  try {
    const { isFinishedOperation, text, heldBytes } = ended as Partial<FinishedOperation & SelfWeighing>;
    if (isFinishedOperation === true) return FINISHED_BYTES + (text === undefined ? 0 : 2 * text.length);
    return heldBytes ?? estimateSpanBytes(ended as ReadableSpan);
  } catch {
    return UNKNOWN_BYTES;
  }
}
