import type { PostStatus } from '../post.ts';
import { sourceTime } from './source-time.ts';
import { isVisibilityWord, judgeWord, tellingWord, type Hide } from './visibility-words.ts';

/** Keys with values; a key may occur several times, in other spellings or tables. */
export type Entries = readonly (readonly [name: string, value: unknown])[];

/** The visibility of a source, and the reasons. */
export interface SourceVisibility {
  readonly status: PostStatus;
  /** The later of its date and its date of publication. */
  readonly publishedAtMillis: number | undefined;
  readonly notes: readonly string[];
  /** Keys that were evaluated. */
  readonly meant: ReadonlySet<string>;
}

/** As `keyOf` writes them. */
const DATES: ReadonlySet<string> = new Set(
  'date publishedat publishedon pubdate publishdate publishedate publisheddate publishon publishat scheduled published embargo embargountil golive golivedate availablefrom visiblefrom'.split(
    ' ',
  ),
);
const ENDS: ReadonlySet<string> = new Set(
  'expirydate expiry expires expire expiresat expireson expirationdate expiration unpublishdate unpublishat'.split(
    ' ',
  ),
);

/**
 * Decides whether a source is certainly public, by the keys of Hugo, Jekyll, Zola, Eleventy and similar. Keys are compared without case,
 * hyphens and underscores, and every spelling counts. A value that is not understood makes a draft and a note: a draft can be published
 * with a click, but a published post cannot be taken back. `fallbackMillis` is a date from the source's name or address.
 */
export function sourceVisibility(
  entries: Entries,
  options: {
    /** Why its folder or section hides it. */
    readonly hiddenBy?: string | undefined;
    readonly fallbackMillis: number | undefined;
    readonly nowMillis: number;
    /** IANA name of the zone of dates without one. */
    readonly timeZone: string;
    /** The zone of times without one; UTC if it is not given. */
    readonly clockZone?: string | undefined;
  },
): SourceVisibility {
  const timeIn = (value: unknown): number | undefined =>
    sourceTime(value, options.timeZone, options.clockZone);
  const notes: string[] = [];
  let status: PostStatus = 'published';
  const hide: Hide = (to, why) => {
    if (status !== 'draft') status = to;
    if (why !== undefined) notes.push(`${why}: imported as ${to === 'draft' ? 'a draft' : 'unlisted'}`);
  };
  const times: number[] = [];
  for (const [name, value] of entries) {
    const key = keyOf(name);
    const isPublished = key === 'published' || key === 'scheduled';
    // `published` may be a boolean or a date.
    if (DATES.has(key) && !(isPublished && timeIn(value) === undefined))
      times.push(...timeOf(name, value, timeIn, hide));
    else if (ENDS.has(key))
      for (const end of timeOf(name, value, timeIn, hide)) {
        if (end <= options.nowMillis) hide('draft', `${name} has passed`);
        else
          notes.push(
            `${name} has no effect here: unpublish the post yourself at ${new Date(end).toISOString()}`,
          );
      }
    else judgeWord(key, name, value, hide);
  }
  for (const [name, value] of entries)
    if (tellingWord(name, value)) hide('draft', `${name}: ${shown(value)}`);
  if (options.hiddenBy !== undefined) hide('draft', options.hiddenBy);
  const publishedAtMillis = times.length > 0 ? Math.max(...times) : options.fallbackMillis;
  if (publishedAtMillis === undefined && status === 'published') hide('unlisted', 'has no date');
  const meant = entries.filter(([name, value]) => isMeant(keyOf(name)) || tellingWord(name, value));
  return {
    status,
    publishedAtMillis,
    notes: [...new Set(notes)],
    meant: new Set(meant.map(([name]) => name)),
  };
}

const isMeant = (key: string): boolean => DATES.has(key) || ENDS.has(key) || isVisibilityWord(key);

/** `is_draft`, `isDraft` and `is-draft` are the same key, `draft`. */
function keyOf(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[_\s-]/g, '')
    .replace(/^is(?=draft|private|hidden|public|visible|protected|unlisted|publish)/, '');
}

function timeOf(
  name: string,
  value: unknown,
  timeIn: (value: unknown) => number | undefined,
  hide: Hide,
): readonly number[] {
  if (value === undefined || value === null || value === '') return [];
  const time = timeIn(value);
  if (time !== undefined) return [time];
  hide('draft', `${name}: ${shown(value)} is not understood`);
  return [];
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 60);
}
