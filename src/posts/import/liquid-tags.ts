import { replaceClosed } from './closed-parts.ts';
import { mapProse } from './prose.ts';
import { PutAside, withoutPlaces } from './put-aside.ts';
import { callOf, embed, fenced, figure } from './shortcode-parts.ts';

/** Blocks may have code in them, so they are read before it. Liquid reads tags in code, too; `raw` shows them. */
const BLOCK = /\{%-?\s*(highlight|codeblock|raw|verbatim|comment)\b([^%]*)%\}/g;
const TAG = /\{%-?([^%]*)%\}/g;
const OUTPUT = /\{\{-?([^{}]*)\}\}/g;

export interface LiquidFacts {
  readonly title: string;
  /** The address of a source, by the name in `link` or `post_url`; undefined if it is no post. */
  readonly addressOf: (name: string) => string | undefined;
}

/** Tags of Liquid, as in Jekyll and Eleventy, as Markdown, HTML or links; others stay as text. Comments are private and left out. */
export function expandLiquid(markdown: string, facts: LiquidFacts): string {
  const raw = new PutAside();
  const blocks = replaceClosed(
    withoutPlaces(markdown),
    BLOCK,
    ([, name = '']) => new RegExp(String.raw`\{%-?\s*end${name}\s*-?%\}`, 'g'),
    ([, name = '', options = ''], inner) => {
      if (name === 'comment') return '';
      if (name === 'raw' || name === 'verbatim') return raw.put(inner);
      const [language = ''] = inTag(options).split(/\s+/, 1);
      return fenced(inner, language.replace(/^lang:/, ''));
    },
  );
  const expanded = mapProse(blocks, (text) =>
    text
      .replaceAll(TAG, (whole, inner: string) => {
        const [, name, options = ''] = /^([\w-]+)\s*([^]*)$/.exec(inTag(inner)) ?? [];
        return (name === undefined ? undefined : tag(name, options, facts)) ?? whole;
      })
      .replaceAll(OUTPUT, (whole, inner: string) => output(inTag(inner), facts) ?? whole),
  );
  return raw.putBack(expanded);
}

/** Without the hyphen before the end, which strips blanks. */
const inTag = (text: string): string => text.replace(/-$/, '').trim();

function tag(name: string, options: string, { addressOf }: LiquidFacts): string | undefined {
  switch (name) {
    case 'post_url':
      return addressOf(`_posts/${options}`);
    case 'link':
      return addressOf(options) ?? (/\.(?:md|markdown|html)$/i.test(options) ? undefined : `/${options}`);
    case 'include':
    case 'include_cached': {
      const call = callOf(options.replace(/\.html?\b/, ''));
      const isFigure = /figure|image|img|picture/.test(call.name);
      return isFigure ? figure({ ...call, given: [] }) : embed(call);
    }
    case 'asset_img': {
      const [, file = '', alt = ''] = /^(\S+)\s*([\s\S]*)$/.exec(options) ?? [];
      return `![${alt.replaceAll(/["[\]]/g, '')}](${file})`;
    }
    default:
      return embed(callOf(`${name} ${options}`));
  }
}

function output(expression: string, { title }: LiquidFacts): string | undefined {
  if (/^(?:site|page)\.(?:base_?url|url)$/i.test(expression)) return '';
  if (expression === 'page.title' || expression === 'title') return withoutPlaces(title);
  return /^["']([^"']*)["']\s*\|\s*(?:relative_url|absolute_url|url|prepend:\s*site\.baseurl)/.exec(
    expression,
  )?.[1];
}
