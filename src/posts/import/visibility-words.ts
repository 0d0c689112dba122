import type { PostStatus } from '../post.ts';

export type Hide = (to: PostStatus, why?: string) => void;

const set = (words: string): ReadonlySet<string> => new Set(words.split(/\s+/));

const YES = set('true yes y on 1');
const NO = set('false no n off 0');
/** Keys that hide if true. Without case, hyphens, underscores and a leading `is`. */
const HIDES = set(
  'draft drafts wip private secret headless unpublished protected encrypt encrypted locked hide invisible membersonly',
);
/** Keys that unlist if true; the address still works. */
const UNLISTS = set(
  `hidden unlisted eleventyexcludefromcollections excludefromcollections hiddeninhomelist hidefromhome hidefromlist hidefromlists hidefromfeed
   excludefromfeed nolist`,
);
/** Keys that hide if false. */
const SHOWS = set('published publish public visible render output listed scheduled');
/** Ambiguous keys (`live: https://…`, `show: menu`): they hide only by a plain boolean. */
const HIDES_BY_YES = set(
  'deleted trash trashed archived internal confidential paid paywall loginrequired subscribers subscribersonly exclude excluded ignore ignored',
);
const HIDES_BY_NO = set('show enabled active live approved');
const PASSWORDS = set('password passphrase passcode');
const WORDS = set('status visibility poststatus publishstatus');
const PUBLIC_WORDS = set('publish published public live final scheduled future');
const UNLISTED_WORDS = set('unlisted hidden link');
const HIDDEN_WORDS = set(
  'draft drafts pending private trash archived unpublished inactive password members paid',
);
/** Values that hide under any key. */
const TELLING_WORDS = set('draft drafts unpublished private hidden secret members friends');
/** Keys of free text, where such words mean something else. */
const FREE_TEXT = set('title description summary excerpt slug path permalink url aliases alias author lang');
/** Parts of a page that Material for MkDocs can hide. */
const PAGE_PARTS = set('navigation toc path footer feedback search tags title');

const MEANT = [HIDES, UNLISTS, SHOWS, HIDES_BY_YES, HIDES_BY_NO, PASSWORDS, WORDS, set('hide build')];

/** Returns true if `judgeWord` knows a key. */
export const isVisibilityWord = (key: string): boolean => MEANT.some((words) => words.has(key));

/** Hides a source if a key and its value say so; `key` is the normalised name. */
export function judgeWord(key: string, name: string, value: unknown, hide: Hide): void {
  if (key === 'permalink') {
    // Eleventy then writes no page.
    if (value === false) hide('draft');
  } else if (key === 'hide' && Array.isArray(value)) {
    if (!value.every((part) => PAGE_PARTS.has(wordOf(part))))
      hide('draft', `${name}: ${shown(value)} is not understood`);
  } else if (key.startsWith('publish') && wordOf(value) === 'never') hide('draft');
  else if (HIDES.has(key)) unless(NO, name, value, 'draft', hide);
  else if (UNLISTS.has(key)) unless(NO, name, value, 'unlisted', hide);
  else if (SHOWS.has(key)) unless(YES, name, value, key === 'listed' ? 'unlisted' : 'draft', hide);
  else if (/^(?:deleted|trashed)$/.test(key) && /^\d{4}-/.test(wordOf(value)))
    hide('draft', `${name}: ${shown(value)}`);
  else if (HIDES_BY_YES.has(key) ? YES.has(wordOf(value)) : HIDES_BY_NO.has(key) && NO.has(wordOf(value)))
    hide('draft', `${name}: ${shown(value)}`);
  else if (PASSWORDS.has(key)) {
    if (value !== null && value !== '' && value !== false) hide('draft', 'has a password');
  } else if (WORDS.has(key)) judgeStatus(name, value, hide);
  else if (key === 'build') judgeBuild(name, value, hide);
}

/** Returns true for a hiding value under an unknown key: `state: draft`, `access: private`. */
export function tellingWord(name: string, value: unknown): boolean {
  const key = name.toLowerCase().replaceAll(/[_\s-]/g, '');
  return (
    typeof value === 'string' && TELLING_WORDS.has(wordOf(value)) && !FREE_TEXT.has(key) && !WORDS.has(key)
  );
}

/** Evaluates a boolean: hides by one value, and adds a note for values that are not understood. */
function unless(
  harmless: ReadonlySet<string>,
  name: string,
  value: unknown,
  to: PostStatus,
  hide: Hide,
): void {
  const word = wordOf(value);
  if (harmless.has(word)) return;
  if (YES.has(word) || NO.has(word)) hide(to);
  else hide('draft', `${name}: ${shown(value)} is not understood`);
}

function judgeStatus(name: string, value: unknown, hide: Hide): void {
  const word = wordOf(value);
  if (PUBLIC_WORDS.has(word)) return;
  if (UNLISTED_WORDS.has(word)) return hide('unlisted');
  if (HIDDEN_WORDS.has(word)) return hide('draft');
  hide('draft', `${name}: ${shown(value)} is not understood`);
}

/** Hugo's build options: https://gohugo.io/content-management/build-options/ */
function judgeBuild(name: string, value: unknown, hide: Hide): void {
  if (typeof value !== 'object' || value === null)
    return hide('draft', `${name}: ${shown(value)} is not understood`);
  for (const [option, each] of Object.entries(value)) {
    if (option.toLowerCase() === 'render' && !isAlways(each)) hide('draft');
    if (option.toLowerCase() === 'list' && !isAlways(each)) hide('unlisted');
  }
}

function isAlways(value: unknown): boolean {
  return wordOf(value) === 'always' || YES.has(wordOf(value));
}

const wordOf = (value: unknown): string => (value === null ? '' : String(value).trim().toLowerCase());

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 60);
}
