import type { OperationType, RuntimeSample } from '../../../otel/query.ts';
import { html, type Html } from '../../markup/html.ts';
import { px } from '../charts/scales.ts';
import { size, text } from '../../markup/quantity.ts';

interface MemoryPart {
  readonly name: string;
  readonly tone: OperationType;
  readonly bytes: number;
}

/** Splits resident memory into parts. Parts of heap and buffers need not be resident, so the rest is clamped at 0. */
export function memoryParts({
  rssBytes,
  heapUsedBytes,
  heapTotalBytes,
  externalBytes,
}: RuntimeSample): readonly MemoryPart[] {
  return [
    { name: 'heap in use', tone: 'database', bytes: heapUsedBytes },
    { name: 'unused heap', tone: 'other', bytes: Math.max(0, heapTotalBytes - heapUsedBytes) },
    { name: 'buffers outside the heap', tone: 'render', bytes: externalBytes },
    {
      name: 'code, stacks and native',
      tone: 'http',
      // NaN if resident memory is unknown.
      bytes: Math.max(0, rssBytes - heapTotalBytes - externalBytes),
    },
  ];
}

/** A bar of those parts, each labelled with its size. */
export function memoryBar(sample: RuntimeSample): Html {
  const parts = memoryParts(sample);
  const whole = Math.max(
    1,
    parts.reduce((sum, part) => sum + (part.bytes || 0), 0),
  );
  let left = 0;
  return html`<div class="parts">
    <svg width="100%" height="10" aria-hidden="true">
      ${parts.map(({ tone, bytes }) => {
        const width = (bytes / whole) * 100;
        const rect = html`<rect
          class="part type-${tone}"
          x="${px(left)}%"
          width="${px(width)}%"
          height="10"
        />`;
        left += width;
        return rect;
      })}
    </svg>
    <ul class="plain">
      ${parts.map(
        ({ name, tone, bytes }) =>
          html`<li>
            <span class="swatch type-${tone}"></span>${name} <strong>${text(size(bytes))}</strong>
          </li>`,
      )}
    </ul>
  </div>`;
}
