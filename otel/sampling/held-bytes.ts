import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { estimateSpanBytes } from '../export/span-size.ts';
import type { FinishedOperation } from './finished-operation.ts';

/** Of a span that cannot be weighed: as much as one with a stack trace. */
const UNKNOWN_BYTES = 4096;
/** Of an operation that was over before its span, without its text of 2,000 characters at most: a few hundred wait for a quarter of a second. */
export const FINISHED_BYTES = 512;

/** A span that puts off what its attributes are made of, and can say what they will weigh without making them. */
export interface SelfWeighing {
  readonly heldBytes: number;
}

/** What an ended span holds in memory while it waits, estimated: every one is weighed, so this costs some 20 ns. Never throws. */
export function heldBytesOf(span: ReadableSpan & Partial<SelfWeighing>): number {
  try {
    const { heldBytes } = span;
    return heldBytes === undefined ? estimateSpanBytes(span) : heldBytes;
  } catch {
    return UNKNOWN_BYTES;
  }
}

/** The same with its text, which belongs to it alone when it is one of a bulk script. Never throws. */
export function finishedBytesOf(operation: FinishedOperation): number {
  try {
    const text = operation.statement?.text;
    return text === undefined ? FINISHED_BYTES : FINISHED_BYTES + 2 * text.length;
  } catch {
    return UNKNOWN_BYTES;
  }
}
