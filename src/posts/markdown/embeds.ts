/** What an element of a post would embed from another site, as a link for people. */
export interface Embed {
  readonly href: string;
  readonly text: string;
}

interface Provider {
  readonly name: string;
  readonly hosts: RegExp;
  /** What it is, if the author gave it no title. */
  readonly kind: string;
  /** The page for people of an address made for frames; undefined: the address itself. */
  page(address: URL): string | undefined;
}

const PROVIDERS: readonly Provider[] = [
  {
    name: 'YouTube',
    hosts: /(?:^|\.)(?:youtube(?:-nocookie)?\.com|youtu\.be)$/,
    kind: 'Video',
    page({ pathname, searchParams }) {
      const list = searchParams.get('list');
      const id = /^\/(?:embed|v|shorts)\/([\w-]+)/.exec(pathname)?.[1];
      if (id === undefined || id === 'videoseries')
        return list === null
          ? undefined
          : `https://www.youtube.com/playlist?list=${encodeURIComponent(list)}`;
      const start = /^\d+/.exec(searchParams.get('start') ?? '')?.[0];
      return `https://www.youtube.com/watch?v=${id}${start === undefined ? '' : `&t=${start}s`}`;
    },
  },
  {
    name: 'Vimeo',
    hosts: /(?:^|\.)vimeo\.com$/,
    kind: 'Video',
    page: ({ pathname }) => {
      const id = /^\/video\/(\d+)/.exec(pathname)?.[1];
      return id && `https://vimeo.com/${id}`;
    },
  },
  {
    name: 'CodePen',
    hosts: /(?:^|\.)codepen\.io$/,
    kind: 'Pen',
    page: ({ pathname }) => {
      const pen = /^\/([\w-]+)\/embed\/(?:preview\/)?([\w-]+)/.exec(pathname);
      return pen === null ? undefined : `https://codepen.io/${pen[1]}/pen/${pen[2]}`;
    },
  },
  {
    name: 'Spotify',
    hosts: /^open\.spotify\.com$/,
    kind: 'Sound',
    page: ({ pathname }) =>
      pathname.startsWith('/embed/')
        ? `https://open.spotify.com${pathname.slice('/embed'.length)}`
        : undefined,
  },
];

/** A gist is embedded by its script. */
const GIST = /^https:\/\/gist\.github\.com\/([\w-]+\/[0-9a-f]+)\.js$/i;
/** Titles that players of all videos have say nothing. */
const EMPTY_TITLE = /^(?:(?:youtube|vimeo) )?(?:video(?: player)?|player|iframe|embed(?:ded content)?)?$/i;

/** The link in place of a frame or plug-in at `address`; undefined if it leads to no other site. */
export function embedOf(address: string, title = ''): Embed | undefined {
  const whole = address.startsWith('//') ? `https:${address}` : address;
  if (!/^https?:\/\//i.test(whole) || !URL.canParse(whole)) return undefined;
  const url = new URL(whole);
  const provider = PROVIDERS.find(({ hosts }) => hosts.test(url.hostname));
  const name = provider?.name ?? url.hostname.replace(/^www\./, '');
  const given = title.replace(/\s+/g, ' ').trim();
  return {
    href: provider?.page(url) ?? url.href,
    text: EMPTY_TITLE.test(given) ? `${provider?.kind ?? 'Embedded page'} on ${name}` : `${given} (${name})`,
  };
}

/** The link in place of a script that would embed something; undefined for every other script. */
export function embedOfScript(address: string): Embed | undefined {
  const gist = GIST.exec(address.replace(/\?.*$/s, ''))?.[1];
  return gist === undefined ? undefined : { href: `https://gist.github.com/${gist}`, text: 'Gist on GitHub' };
}
