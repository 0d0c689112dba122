import type { SettledLanguage } from './settle-language.ts';

/** A skipped file; `isFault` if someone has to fix it. */
export interface SkippedSource {
  readonly file: string;
  readonly reason: string;
  readonly isFault: boolean;
}

export interface SourceNote {
  readonly file: string;
  readonly text: string;
}

/** The result of an import, in the order of its files. */
export class ImportSummary {
  imported = 0;
  updated = 0;
  unchanged = 0;
  mediaFiles = 0;
  /** Posts that the blog was created with, unchanged since. */
  removedWelcomePosts = 0;
  /** How quotes and dashes of the imported texts are shown, if that is worth a line. */
  typography: 'as typed' | 'typographic' | undefined;
  /** How formulas are shown, if a source says that it has some. */
  math: 'formulas' | 'as typed' | undefined;
  /** What became of the language that the source names. */
  language: SettledLanguage | undefined;
  readonly skipped: SkippedSource[] = [];
  readonly missingImages: SourceNote[] = [];
  /** Links to addresses that do not exist in the blog. */
  readonly deadLinks: SourceNote[] = [];
  /** Shortcodes, components and frames that are not shown as they were. */
  readonly lostEmbeds: SourceNote[] = [];
  /** Former addresses that do not lead to their post. */
  readonly lostAddresses: SourceNote[] = [];
  /** Assumptions that the import made. */
  readonly notes: SourceNote[] = [];
  /** Unused front matter keys, with the number of files. */
  readonly unknownKeys = new Map<string, number>();

  get hasFaults(): boolean {
    return this.skipped.some((source) => source.isFault) || this.isEmpty;
  }

  /** The tree contains no post. */
  get isEmpty(): boolean {
    return this.imported + this.updated + this.unchanged === 0;
  }
}

const MAX_LINES = 20;
const TYPOGRAPHY_LINES = {
  'as typed': 'Quotes and dashes are shown as the files have them; the settings can show typographic ones.',
  typographic: 'Quotes and dashes are shown as typographic ones; the settings can switch that off.',
};

const MATH_LINES = {
  formulas: 'Formulas in TeX are shown as formulas; the settings can switch that off.',
  'as typed': 'Formulas in TeX are shown as the files have them; the settings can show formulas.',
};

function list(title: string, lines: readonly string[]): string[] {
  if (lines.length === 0) return [];
  const shown = lines.slice(0, MAX_LINES).map((line) => `  ${line}`);
  const more = lines.length > MAX_LINES ? [`  … and ${lines.length - MAX_LINES} more; --all shows them`] : [];
  return ['', `${title} (${lines.length})`, ...shown, ...more];
}

/** The summary for a terminal; long lists are cut unless `all`. */
export function summaryLines(
  summary: ImportSummary,
  options: { readonly all: boolean; readonly seconds: number },
): string[] {
  const lists: [string, string[]][] = [
    ['Skipped', summary.skipped.map(({ file, reason }) => `${file}: ${reason}`)],
    ['Links to missing images', summary.missingImages.map(({ file, text }) => `${file}: ${text}`)],
    ['Dead links within the blog', summary.deadLinks.map(({ file, text }) => `${file}: ${text}`)],
    ['Embeds and shortcodes lost', summary.lostEmbeds.map(({ file, text }) => `${file}: ${text}`)],
    ['Addresses that do not redirect', summary.lostAddresses.map(({ file, text }) => `${file}: ${text}`)],
    ['Notes', summary.notes.map(({ file, text }) => `${file}: ${text}`)],
    [
      'Front matter not used',
      [...summary.unknownKeys].map(([key, count]) => `${key}: in ${count} ${count === 1 ? 'file' : 'files'}`),
    ],
  ];
  const isNothing = summary.imported + summary.updated === 0 && summary.unchanged > 0;
  return [
    `${summary.imported} imported, ${summary.updated} updated, ${summary.unchanged} unchanged, ${summary.skipped.length} skipped; ` +
      `${summary.mediaFiles} media files imported; ${options.seconds.toFixed(1)} s`,
    ...(summary.removedWelcomePosts > 0
      ? [`${summary.removedWelcomePosts} unchanged welcome posts were removed.`]
      : []),
    ...(summary.typography === undefined ? [] : [TYPOGRAPHY_LINES[summary.typography]]),
    ...(summary.math === undefined ? [] : [MATH_LINES[summary.math]]),
    ...languageLines(summary),
    ...(summary.isEmpty ? ['There is no post to import.'] : []),
    ...(isNothing ? ['Nothing has changed since the last import.'] : []),
    ...lists.flatMap(([title, lines]) =>
      options.all && lines.length > 0
        ? ['', `${title} (${lines.length})`, ...lines.map((line) => `  ${line}`)]
        : list(title, lines),
    ),
    ...(summary.isEmpty || isNothing ? [] : ['', brokenLine(summary)]),
  ];
}

function languageLines({ language: settled, imported }: ImportSummary): readonly string[] {
  if (settled === undefined) return [];
  const { language, of } = settled;
  if (of === 'blog')
    return [`The blog has the language of the source, ${language}; the settings can change it.`];
  return imported === 0
    ? []
    : [
        `Imported posts that name no language have that of the source, ${language}, as the blog has another one.`,
      ];
}

function brokenLine({ deadLinks, missingImages, lostEmbeds, lostAddresses }: ImportSummary): string {
  const counts = [
    counted(deadLinks.length, 'dead link'),
    counted(missingImages.length, 'missing picture'),
    counted(lostEmbeds.length, 'lost embed'),
    counted(lostAddresses.length, 'address without a redirect', 'addresses without a redirect'),
  ].filter((count) => !count.startsWith('0 '));
  return counts.length === 0
    ? 'Nothing is broken in these posts.'
    : `Broken in these posts: ${counts.join(', ')}.`;
}

const counted = (count: number, one: string, many = `${one}s`): string =>
  `${count} ${count === 1 ? one : many}`;
