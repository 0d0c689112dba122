import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { slugOf } from '../post-path.ts';
import type { FrontMatter } from './front-matter.ts';
import { readSourceText } from './source-text.ts';

type Data = Readonly<Record<string, unknown>>;

/** Eleventy's data of folders: `posts/posts.json` and `posts/posts.11tydata.json` are front matter for every text below `posts`. */
export interface FolderData {
  readonly byFolder: ReadonlyMap<string, Data>;
  /** Data that is a program, or damaged: what it hides is unknown. */
  readonly unread: readonly string[];
}

const PROGRAMS = ['js', 'cjs', 'mjs', 'ts'];

/** `folders` are relative to the content folder. */
export function readFolderData(content: string, folders: Iterable<string>): FolderData {
  const byFolder = new Map<string, Data>();
  const unread: string[] = [];
  for (const folder of new Set(folders)) {
    const name = path.basename(folder === '' ? content : folder);
    const at = (ending: string): string => path.posix.join(folder, `${name}.${ending}`);
    for (const file of ['json', '11tydata.json'].map(at)) {
      if (!existsSync(path.join(content, file))) continue;
      const data = jsonIn(path.join(content, file));
      if (data === undefined) unread.push(file);
      else byFolder.set(folder, { ...byFolder.get(folder), ...data });
    }
    unread.push(
      ...PROGRAMS.map((ending) => at(`11tydata.${ending}`)).filter((file) =>
        existsSync(path.join(content, file)),
      ),
    );
  }
  return { byFolder, unread };
}

/** `a/b/c.md` → ``, `a`, `a/b`. */
export function foldersAbove(relative: string): readonly string[] {
  const parts = relative.split('/').slice(0, -1);
  return ['', ...parts.map((_, index) => parts.slice(0, index + 1).join('/'))];
}

function jsonIn(file: string): Data | undefined {
  try {
    const value: unknown = JSON.parse(readSourceText(readFileSync(file)).text);
    return typeof value === 'object' && value !== null
      ? Object.fromEntries(Object.entries(value))
      : undefined;
  } catch {
    return undefined;
  }
}

/** Names of collections, which themes have for lists; they are no subjects. */
const COLLECTIONS = new Set(['all', 'nav', 'page', 'pages', 'post', 'posts']);

/** Front matter with the data of its folders, the nearest first; tags are added up. Templates in its permalink are filled in. */
export function withFolderData(front: FrontMatter, relative: string, { byFolder }: FolderData): FrontMatter {
  const all = [...foldersAbove(relative).map((folder) => byFolder.get(folder) ?? {}), front.data];
  const data: Record<string, unknown> = Object.assign({}, ...all);
  const tags = all.flatMap(({ tags: each }) => (Array.isArray(each) ? each : [each]));
  const subjects = tags.filter((tag): tag is string => typeof tag === 'string' && !COLLECTIONS.has(tag));
  const { permalink, title } = data;
  return {
    ...front,
    data: {
      ...data,
      ...(subjects.length > 0 || 'tags' in data ? { tags: [...new Set(subjects)] } : {}),
      ...(typeof permalink === 'string' ? { permalink: filledIn(permalink, relative, title) } : {}),
    },
  };
}

function filledIn(permalink: string, relative: string, title: unknown): string {
  const name = path.posix
    .basename(relative.replace(/(?:\/index)?\.[^./]+$/i, ''))
    .replace(/^\d{4}-\d{2}-\d{2}-(?=.)/, '');
  return permalink
    .replaceAll(/\{\{\s*(?:page\.)?fileSlug(?:\s*\|\s*slug(?:ify)?)?\s*\}\}/g, name)
    .replaceAll(/\{\{\s*title\s*\|\s*slug(?:ify)?\s*\}\}/g, typeof title === 'string' ? slugOf(title) : name)
    .replace(/\/index\.html$/, '/');
}
