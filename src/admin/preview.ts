import { html } from '../markup/html.ts';
import type { Post } from '../posts/post.ts';
import type { SiteSettings } from '../db/site-settings.ts';
import type { Layout } from '../site/layout.ts';
import { postPage } from '../site/post-page.ts';

import { earlyHint, type BrokenLinks } from './dead-links.ts';
import { picturesWithoutAlt, withoutAltText } from './without-alt.ts';

const MAX_DEAD_LINKS = 20;

/** The page as readers would see it; nothing is saved. */
export function previewPage(
  post: Post,
  {
    missingImages,
    broken: { dead, early },
  }: { readonly missingImages: readonly string[]; readonly broken: BrokenLinks },
  {
    layout,
    site,
    origin,
    hasAbout,
  }: {
    readonly layout: Layout;
    readonly site: SiteSettings;
    readonly origin: string;
    readonly hasAbout: boolean;
  },
): string {
  const page = postPage({ post, neighbours: {}, site, origin });
  const withoutAlt = picturesWithoutAlt(post.html);
  const note = html`<p class="note" role="status">
    Preview, not saved. Close this tab to continue editing.
    ${missingImages.length > 0 && html`Missing pictures: <bdi>${missingImages.join(', ')}</bdi>.`}
    ${withoutAlt > 0 && withoutAltText(withoutAlt)}
    ${dead.length > 0 && html`Links that lead nowhere for readers: <bdi>${dead.slice(0, MAX_DEAD_LINKS).join(', ')}</bdi>${dead.length > MAX_DEAD_LINKS && ' and more'}.`}
    ${earlyHint(early, site.timeZone)}
  </p>`;
  return layout(
    {
      ...page,
      title: `Preview: ${page.title}`,
      canonicalPath: undefined,
      head: undefined,
      body: html`${note} ${page.body}`,
    },
    { origin, hasAbout },
  );
}
