import type { SiteSettings } from '../db/site-settings.ts';
import type { FieldProblems } from '../accounts/form-parts.ts';
import { isColour } from '../site/accent.ts';
import { menuProblem } from '../site/menu.ts';
import type { FormFields } from '../http/form-body.ts';

const MAX_LINE_CHARACTERS = 300;
const MAX_MENU_CHARACTERS = 5000;

/** Reads a settings form into values and problems. */
export function readSiteForm(
  fields: FormFields,
  /** Returns true for the address of a picture of this blog. */
  isPicture: (address: string) => boolean,
): {
  readonly values: SiteSettings;
  readonly problems: FieldProblems;
} {
  const line = (name: string): string =>
    (fields[name] ?? '')
      .normalize('NFC')
      .replace(/[\s\p{Cc}]+/gu, ' ')
      .trim()
      .slice(0, MAX_LINE_CHARACTERS);
  const problems: Record<string, string> = {};
  const title = line('title');
  if (title === '') problems['title'] = 'The blog needs a title.';
  const language = canonicalOr(line('language'), (given) => Intl.getCanonicalLocales(given)[0]);
  if (language === undefined)
    problems['language'] = `${JSON.stringify(line('language'))} is not a language tag like en or pt-BR.`;
  const timeZone = canonicalOr(
    line('timeZone') || 'UTC',
    (given) => new Intl.DateTimeFormat('en', { timeZone: given }).resolvedOptions().timeZone,
  );
  if (timeZone === undefined)
    problems['timeZone'] =
      `${JSON.stringify(line('timeZone'))} is not a time zone like UTC or Europe/Berlin.`;
  const authorPicture = line('authorPicture');
  if (!/^(?:|\/[^/\s]\S*|https:\/\/\S+)$/.test(authorPicture))
    problems['authorPicture'] =
      `${JSON.stringify(authorPicture)} is not an address like /media/me.jpg, or one that begins with https://.`;
  const accent = line('accent').toLowerCase();
  if (accent !== '' && !isColour(accent))
    problems['accent'] = `${JSON.stringify(line('accent'))} is not a colour like #1f7a4d.`;
  for (const name of ['headPicture', 'cardPicture'])
    if (line(name) !== '' && !isPicture(line(name)))
      problems[name] =
        `${JSON.stringify(line(name))} is not the address of a picture among your media, like /media/pictures/head.jpg.`;
  const menu = (fields['menu'] ?? '')
    .normalize('NFC')
    .replaceAll('\r\n', '\n')
    .trim()
    .slice(0, MAX_MENU_CHARACTERS);
  const wrongMenu = menuProblem(menu);
  if (wrongMenu !== undefined) problems['menu'] = wrongMenu;
  return {
    values: {
      title,
      description: line('description'),
      author: line('author'),
      authorPicture,
      language: language ?? line('language'),
      timeZone: timeZone ?? line('timeZone'),
      menu,
      footer: line('footer'),
      accent,
      headPicture: line('headPicture'),
      cardPicture: line('cardPicture'),
      typographer: fields['typographer'] === 'on' ? 'on' : 'off',
      math: fields['math'] === 'on' ? 'on' : 'off',
    },
    problems,
  };
}

function canonicalOr(given: string, canonical: (given: string) => string | undefined): string | undefined {
  try {
    return canonical(given);
  } catch {
    return undefined;
  }
}
