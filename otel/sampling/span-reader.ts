import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import type { Clock } from '../base/clock.ts';
import type { Guard } from '../base/guard.ts';
import type { OperationType } from '../query.ts';
import type { BufferedTrace } from './buffered-trace.ts';
import { type EndedSpan, KnownSpan, ReadSpan, type SelfDescribing, unreadableSpan } from './ended-span.ts';
import type { FinishedOperation } from './finished-operation.ts';
import { operationTypeOf, seriesOf } from './operation-type.ts';
import { callerIn } from './statement-caller.ts';

/** Classifies ended spans. One of somebody else's may throw at any question: it is then counted as far as it can be read. Never throws. */
export class SpanReader {
  readonly #guard: Guard;
  readonly #clock: Clock;

  constructor(guard: Guard, clock: Clock) {
    this.#guard = guard;
    this.#clock = clock;
  }

  /** @param trace Its route names the caller of a statement. */
  read(span: ReadableSpan, trace: BufferedTrace | undefined): EndedSpan {
    try {
      const ours = span as ReadableSpan & SelfDescribing;
      const known = (ours as Partial<SelfDescribing>).knownOperation;
      if (known !== undefined) return new KnownSpan(ours, known, ours.endMillis, ours.durationNanos);
      const type = operationTypeOf(span);
      const caller = type === 'database' && trace !== undefined ? callerIn(trace) : undefined;
      return new ReadSpan(span, type, seriesOf(type, span), caller);
    } catch (error) {
      this.#guard.report('classification', error);
      return unreadableSpan(
        span,
        this.#guard.run('clock', () => this.#clock.now(), 0),
      );
    }
  }

  /** Of the trace as a whole: that of its local root, which may still run. */
  rootTypeOf({ rootType, root }: BufferedTrace): OperationType {
    if (rootType !== undefined) return rootType;
    return root === undefined
      ? 'other'
      : this.#guard.run('classification', () => operationTypeOf(root), 'other');
  }
}

export function isFinishedOperation(ended: ReadableSpan | FinishedOperation): ended is FinishedOperation {
  try {
    return (ended as Partial<FinishedOperation>).isFinishedOperation === true;
  } catch {
    return false;
  }
}
