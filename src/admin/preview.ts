import type { RenderedMarkdown } from '../posts/markdown/markdown.ts';
import { checkPath, datedPath } from '../posts/post-path.ts';
import { html } from '../markup/html.ts';
import type { Layout } from '../site/layout.ts';
import { postPage } from '../site/post-page.ts';
import type { SiteSettings } from './site-settings.ts';
import type { PostFormValues } from './post-form.ts';
import { draftOfValues } from './post-form.ts';

/** Where the form's post would stand. */
export function previewPlace(
  values: PostFormValues,
  { site, nowMillis }: { readonly site: SiteSettings; readonly nowMillis: number },
): { readonly path: string } {
  const { draft } = draftOfValues(values, site.timeZone);
  return { path: pathOr(values.path, datedPath(draft.publishedAtMillis ?? nowMillis, titleOf(values))) };
}

function titleOf(values: PostFormValues): string {
  return values.title.trim() === '' ? 'Untitled' : values.title.trim();
}

/** The page that readers would see if the form were saved; nothing is. */
export function previewPage(
  values: PostFormValues,
  rendered: RenderedMarkdown,
  deps: {
    readonly path: string;
    readonly layout: Layout;
    readonly site: SiteSettings;
    readonly origin: string;
    readonly nowMillis: number;
  },
): string {
  const { path, layout, site, origin, nowMillis } = deps;
  const { draft } = draftOfValues(values, site.timeZone);
  const title = titleOf(values);
  const publishedAtMillis = draft.publishedAtMillis ?? nowMillis;
  const named = (list: readonly string[] = []): string[] =>
    list.map((item) => item.trim()).filter((item) => item !== '');
  const page = postPage({
    post: {
      id: 0,
      path,
      title,
      summary: values.description.trim() || rendered.firstParagraphText,
      status: 'published',
      publishedAtMillis,
      updatedAtMillis: publishedAtMillis,
      createdAtMillis: publishedAtMillis,
      tags: named(draft.tags),
      authors: named(draft.authors),
      aliases: [],
      language: languageOr(values.language, site.language),
      readingMinutes: Math.max(1, Math.round(rendered.wordCount / 220)),
      markdown: values.markdown,
      html: rendered.html,
      version: 0,
    },
    neighbours: {},
    site,
    origin,
  });
  const missing = rendered.missingImages;
  const note = html`<p class="empty" role="status">
    Preview: this is not saved. Close it to go on writing.
    ${missing.length > 0 && html`The blog has no picture ${missing.join(', ')}.`}
  </p>`;
  return layout(
    {
      ...page,
      title: `Preview: ${title}`,
      canonicalPath: undefined,
      head: undefined,
      body: html`${note} ${page.body}`,
    },
    { origin, hasAbout: false },
  );
}

function pathOr(given: string, fallback: string): string {
  try {
    return given.trim() === '' ? fallback : checkPath(given, 'path');
  } catch {
    return fallback;
  }
}

function languageOr(given: string, fallback: string): string {
  try {
    return Intl.getCanonicalLocales(given.trim())[0] ?? fallback;
  } catch {
    return fallback;
  }
}
