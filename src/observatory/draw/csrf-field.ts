import { html, type Html } from '../../markup/html.ts';
import type { PageView } from '../page.ts';

/** The hidden field that every form of an owner needs. */
export function csrfField({ csrfToken }: PageView): Html {
  return html`${csrfToken !== undefined && html`<input type="hidden" name="_csrf" value="${csrfToken}" />`}`;
}
