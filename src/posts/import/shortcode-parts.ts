import { embedOf, embedOfScript, type Embed } from '../markdown/embeds.ts';

/** A call of a template: its positions and its names, in lower case. */
export interface Call {
  readonly name: string;
  readonly given: readonly string[];
  readonly named: ReadonlyMap<string, string>;
}

const ARGUMENT =
  /(?:([\w-]+)\s*[=:]\s*)?("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`|(?:[^\s,"'`=\\]|\\["'`\\]?)+)/g;

/** Parses `figure src="a.png" caption='b'`, `youtube(id="x")` and `highlight go 1-3`. */
export function callOf(text: string): Call {
  const trimmed = text.trim();
  const [start = '', name = ''] = /^([\w.-]+)\s*\(?/.exec(trimmed) ?? [];
  const rest = name === '' ? '' : trimmed.slice(start.length).replace(/\)$/, '');
  const given: string[] = [];
  const named = new Map<string, string>();
  for (const [, key, written = ''] of rest.matchAll(ARGUMENT)) {
    const value = /^["'`]/.test(written) ? written.slice(1, -1).replaceAll(/\\(["'\\])/g, '$1') : written;
    if (key === undefined) given.push(value);
    else named.set(key.toLowerCase(), value);
  }
  return { name: name.toLowerCase(), given, named };
}

/** A fence that is longer than any in the code. */
export function fenceFor(code: string): string {
  let longest = 2;
  for (const [run] of code.matchAll(/`+/g)) longest = Math.max(longest, run.length);
  return '`'.repeat(longest + 1);
}

export function fenced(code: string, language = ''): string {
  const text = code.replace(/^[ \t]*\n|\n[ \t]*$/g, '');
  const fence = fenceFor(text);
  return `\n${fence}${/^[\w+#.-]+$/.test(language) ? language : ''}\n${text}\n${fence}\n`;
}

/** A picture with its caption; undefined without a source. */
export function figure({ named, given }: Call): string | undefined {
  const of = (...names: readonly string[]): string | undefined =>
    names.map((name) => named.get(name)).find((value) => value !== undefined && value !== '');
  const src = of('src', 'image_path', 'url', 'path', 'image', 'file') ?? given[0];
  if (src === undefined) return undefined;
  const attributes = [
    ['src', src],
    ['alt', of('alt') ?? ''],
    ['width', /^\d+$/.exec(of('width') ?? '')?.[0]],
    ['height', /^\d+$/.exec(of('height') ?? '')?.[0]],
  ].flatMap(([name, value]) => (value === undefined ? [] : [` ${name}="${escaped(value)}"`]));
  const picture = `<img${attributes.join('')}>`;
  const link = of('link', 'href');
  const linked = link === undefined ? picture : `<a href="${escaped(link)}">${picture}</a>`;
  const caption = [of('title'), of('caption')]
    .flatMap((text) => (text === undefined ? [] : [escaped(text)]))
    .join(': ');
  return `\n<figure>${linked}${caption === '' ? '' : `<figcaption>${caption}</figcaption>`}</figure>\n`;
}

/** A link to what a call embeds from another site; undefined for other calls. */
export function embed({ name, given, named }: Call): string | undefined {
  const id = named.get('id') ?? named.get('video') ?? given[0];
  if (id === undefined || !/^[\w:/.@?=&%-]+$/.test(id)) return undefined;
  const whole = id.startsWith('https://') ? id : undefined;
  const title = named.get('title');
  if (name.includes('youtube')) return linkTo(embedOf(whole ?? `https://www.youtube.com/embed/${id}`, title));
  if (name.includes('vimeo')) return linkTo(embedOf(whole ?? `https://player.vimeo.com/video/${id}`, title));
  if (name.includes('codepen') && given.length > 0)
    return linkTo(embedOf(`https://codepen.io/${named.get('user') ?? 'pen'}/embed/${id}`, title));
  if (name.startsWith('gist')) {
    const gist = given.length > 1 && !/[/.]/.test(given[0] ?? '') ? `${given[0]}/${given[1]}` : id;
    const url = `https://gist.github.com/${gist}`;
    return linkTo(embedOfScript(`${url}.js`) ?? { href: url, text: 'Gist on GitHub' });
  }
  if (/^(?:tweet|twitter|x)(?:_simple)?$/.test(name)) {
    const user = named.get('user') ?? (given.length > 1 ? given[0] : 'i');
    const href = whole ?? `https://x.com/${user}/status/${named.get('id') ?? given.at(-1)}`;
    return linkTo({ href, text: 'Post on X' });
  }
  if (name === 'instagram')
    return linkTo({ href: whole ?? `https://www.instagram.com/p/${id}/`, text: 'Post on Instagram' });
  return undefined;
}

function linkTo(found: Embed | undefined): string | undefined {
  return found && `[${found.text.replaceAll(/[[\]\\*_`<]/g, String.raw`\$&`)}](<${found.href}>)`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}
