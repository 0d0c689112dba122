import type { OperationType } from '../../../otel/query.ts';
import { html, type Html } from '../../markup/html.ts';
import type { NewestStart } from '../facts/newest-start.ts';
import { quotedIfNeeded } from '../facts/query-tokens.ts';
import type { PageView } from '../page.ts';
import { sinceWords } from '../sentences/since-marker-sentence.ts';

/** The slowest traces since the newest start, as those of before it may fill a list: `those since version 0.2.0 (13:59:58)`. */
export function newestStartLink(
  { marker, isHeld }: NewestStart,
  of: { readonly type?: OperationType; readonly series: string },
  { links, range, now }: PageView,
): Html {
  const words = sinceWords(marker, now);
  if (!isHeld) return html`none ${words}`;
  const asked = { ...of, sort: 'slowest' };
  const { versions, atMillis } = marker;
  const href =
    versions === undefined
      ? links.ranged('/traces', asked, {
          from: new Date(atMillis).toISOString(),
          ...(!range.moving && { to: range.query['to'] }),
        })
      : links.to('/traces', { ...asked, q: `version:${quotedIfNeeded(versions.after)}` });
  return html`<a href="${href}">those ${words}</a>`;
}
