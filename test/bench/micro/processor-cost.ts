import { NoopSpanProcessor } from '@opentelemetry/sdk-trace';
import { addedNanos } from './compare.ts';
import type { Figure } from './figure.ts';
import { createPipeline } from './pipeline.ts';
import { lonelyRequest, play, postPage } from './traces.ts';

/** onStart and onEnd of one operation over a no-op processor: as a trace of its own, and as a fifth of a post page. */
export async function measureProcessor(batches: number): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for (const { rate, fate, target } of [
    { rate: 0, fate: 'dropped', target: 200 },
    { rate: 1, fate: 'kept', target: 600 },
  ]) {
    const { processor } = createPipeline(rate);
    const noop = new NoopSpanProcessor();
    const page = addedNanos({
      batches,
      make: postPage,
      subject: (spans) => play(processor, spans),
      base: (spans) => play(noop, spans),
    });
    const alone = addedNanos({
      batches,
      make: () => [lonelyRequest()],
      subject: (spans) => play(processor, spans),
      base: (spans) => play(noop, spans),
    });
    await processor.shutdown();
    figures.push(
      {
        what: `processor, ${fate} operation of a post page`,
        value: page / postPage().length,
        unit: 'ns',
        target,
      },
      { what: `processor, ${fate} operation alone in its trace`, value: alone, unit: 'ns', target },
    );
  }
  return figures;
}
