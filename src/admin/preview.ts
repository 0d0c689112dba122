import { html } from '../markup/html.ts';
import { titleText } from '../markup/title.ts';
import type { Post } from '../posts/post.ts';
import type { SiteSettings } from '../db/site-settings.ts';
import type { Layout } from '../site/layout.ts';
import { postPage } from '../site/post-page.ts';

import { picturesWithoutAlt, withoutAltText } from './without-alt.ts';

const MAX_DEAD_LINKS = 20;

/** The page as readers would see it; nothing is saved. */
export function previewPage(
  post: Post,
  {
    missingImages,
    deadLinks,
  }: { readonly missingImages: readonly string[]; readonly deadLinks: readonly string[] },
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
    ${deadLinks.length > 0 && html`Links that lead nowhere for readers: <bdi>${deadLinks.slice(0, MAX_DEAD_LINKS).join(', ')}</bdi>${deadLinks.length > MAX_DEAD_LINKS && ' and more'}.`}
  </p>`;
  return layout(
    {
      ...page,
      title: `Preview: ${titleText(post.title)}`,
      canonicalPath: undefined,
      head: undefined,
      body: html`${note} ${page.body}`,
    },
    { origin, hasAbout },
  );
}
