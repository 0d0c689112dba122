import type { Query } from '../links.ts';
import type { PageView } from '../page.ts';

/** The address of this page with changed parameters; undefined removes one. The range stays. */
export function pageAddress(
  { links, path, query }: Pick<PageView, 'links' | 'path' | 'query'>,
  changed: Query,
): string {
  return links.to(path, { ...query, from: undefined, to: undefined, ...changed });
}
