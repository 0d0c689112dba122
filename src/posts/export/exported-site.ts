import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Redirect } from '../redirects.ts';
import type { TagNames } from '../tag-names.ts';
import type { SiteSettings } from '../../db/site-settings.ts';

/** Marks a folder as an export; beside the posts it has the settings, redirects and former names of tags. */
export const EXPORT_FILE_NAME = 'glasshouse.json';
/** The folder of its media: a generator of static sites then has them at the same addresses. */
export const EXPORTED_MEDIA = 'static/media';
/** Raise it if older versions would misread an export. */
const FORMAT = 1;

/** What an export has beside posts and media. */
export interface ExportedSite {
  readonly settings: Readonly<Partial<Record<keyof SiteSettings, string>>>;
  readonly redirects: readonly FromTo[];
  /** Former names of tags, with the present ones. */
  readonly tagNames: readonly FromTo[];
  /** Alternative texts of pictures, with which the editor inserts them. */
  readonly alts: readonly PictureAlt[];
}

interface PictureAlt {
  readonly path: string;
  readonly alt: string;
}

interface FromTo {
  readonly from: string;
  readonly to: string;
}

/** An export that cannot be read. */
export class ExportFormatError extends Error {
  readonly isForPeople = true;
  override readonly name = 'ExportFormatError';
}

export function exportedSite({
  settings,
  redirects,
  renamed,
  alts,
}: {
  readonly settings: SiteSettings;
  readonly redirects: readonly Redirect[];
  readonly renamed: ReturnType<TagNames['renamed']>;
  readonly alts: readonly PictureAlt[];
}): string {
  const site = {
    format: FORMAT,
    settings,
    redirects: redirects.map(({ path, target }) => ({ from: `/${path}`, to: target })),
    tagNames: renamed.map(({ formerKey, tag }) => ({ from: formerKey, to: tag })),
    alts,
  };
  return `${JSON.stringify(site, undefined, 2)}\n`;
}

/** Reads the settings, redirects and names of tags of an export. Throws ExportFormatError if a newer Glasshouse wrote it, or if it is damaged. */
export function readExportedSite(folder: string): ExportedSite {
  const file = join(folder, EXPORT_FILE_NAME);
  const whole = tableIn(file);
  if (typeof whole['format'] !== 'number') throw new ExportFormatError(`${file} names no format.`);
  if (whole['format'] > FORMAT)
    throw new ExportFormatError(`${file} was written by a newer Glasshouse (format ${whole['format']}).`);
  const given = new Map(Object.entries(tableOf(whole['settings'])));
  const word = (key: keyof SiteSettings): Readonly<Record<string, string>> => {
    const value = given.get(key);
    return typeof value === 'string' ? { [key]: value } : {};
  };
  return {
    settings: {
      ...word('title'),
      ...word('description'),
      ...word('language'),
      ...word('author'),
      ...word('authorPicture'),
      ...word('timeZone'),
      ...word('menu'),
      ...word('footer'),
      ...word('accent'),
      ...word('headPicture'),
      ...word('cardPicture'),
      ...word('typographer'),
      ...word('math'),
    },
    redirects: pairsOf(whole['redirects']),
    tagNames: pairsOf(whole['tagNames']),
    alts: tablesOf(whole['alts']).flatMap(({ path, alt }) =>
      typeof path === 'string' && typeof alt === 'string' ? [{ path, alt }] : [],
    ),
  };
}

function pairsOf(list: unknown): readonly FromTo[] {
  return tablesOf(list).flatMap(({ from, to }) =>
    typeof from === 'string' && typeof to === 'string' ? [{ from, to }] : [],
  );
}

function tablesOf(list: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(list) ? list.map(tableOf) : [];
}

function tableIn(file: string): Readonly<Record<string, unknown>> {
  try {
    return tableOf(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    throw new ExportFormatError(`${file} is damaged: ${error instanceof Error ? error.message : error}`);
  }
}

function tableOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}
