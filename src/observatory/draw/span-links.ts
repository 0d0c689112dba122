import type { SpanLinkRow } from '../../../otel/query.ts';
import { html, type Html } from '../../markup/html.ts';
import type { Links } from '../links.ts';
import { plural } from '../sentences/sentence.ts';
import { IMPORTED_PATH } from '../transfer/import-routes.ts';
import { factList, inWords } from './facts.ts';

const MAX_SHOWN = 50;

/** Span links, each to its trace; for a span from a file, among the imported traces. */
export function drawSpanLinks(
  linked: readonly SpanLinkRow[],
  links: Links,
  imported: boolean,
): Html | undefined {
  if (linked.length === 0) return undefined;
  const traces = imported ? IMPORTED_PATH : '/traces';
  return html`<h3>${plural(linked.length, 'link')}</h3>
    ${factList(
      linked
        .slice(0, MAX_SHOWN)
        .map(({ traceId, spanId, attributes }) => [
          'linked span',
          html`<a href="${links.to(`${traces}/${traceId}`, { span: spanId })}"><code>${traceId}</code></a>
            <code class="id">${spanId}</code> ${inWords(attributes)}`,
        ]),
    )}`;
}
