import type { IOptions } from 'sanitize-html';

const words = (text: string): string[] => text.trim().split(/\s+/);

/**
 * The allow-list of HTML in posts, on pages and in feeds. Excluded: scripts (`on…`, `srcdoc`, `javascript:`), elements that redirect or
 * change the page (`meta`, `base`, `link`, `style`), forms and controls, frames and plug-ins, and elements whose content is not markup
 * (`textarea`, `noscript`, `title`), so that allowed HTML serialises to what was parsed.
 */
const TEXT_ELEMENTS = words(`
  a abbr acronym address article aside b bdi bdo big blockquote br caption center cite code col colgroup data dd del details dfn div dl dt em
  figcaption figure font footer h1 h2 h3 h4 h5 h6 header hgroup hr i input ins kbd li main mark menu meter nav ol p pre progress q rp rt ruby s
  samp section small span strike strong sub summary sup table tbody td tfoot th thead time tr tt u ul var wbr
`);
const MEDIA_ELEMENTS = words('img picture source audio video track');
const SVG_ELEMENTS = words(
  'svg g path circle ellipse line polyline polygon rect text tspan defs marker lineargradient radialgradient stop clippath mask pattern desc',
);
const MATH_ELEMENTS = words(`
  math mrow mi mn mo ms mtext mspace mfrac msqrt mroot mstyle mpadded mphantom merror msub msup msubsup munder mover munderover menclose mmultiscripts
  mprescripts mtable mtr mtd semantics annotation
`);

const SVG_ATTRIBUTES = words(`
  xmlns viewbox width height preserveaspectratio transform d x y x1 x2 y1 y2 dx dy cx cy r rx ry points offset fill fill-opacity fill-rule
  stroke stroke-width stroke-opacity stroke-linecap stroke-linejoin stroke-dasharray stroke-dashoffset stop-color stop-opacity opacity
  font-size font-family font-weight text-anchor dominant-baseline marker-start marker-mid marker-end markerwidth markerheight refx refy orient
  gradientunits gradienttransform patternunits patterntransform clip-path clip-rule mask
`);
const MATH_ATTRIBUTES = words(`
  xmlns display displaystyle scriptlevel mathvariant form stretchy symmetric largeop movablelimits accent accentunder minsize maxsize fence
  separator lspace rspace width height depth voffset linethickness notation columnalign rowspacing columnspacing encoding
`);
const CELL = words('colspan rowspan headers scope abbr align valign width');
const PLAYER = words(
  'src poster controls loop muted autoplay playsinline preload width height crossorigin controlslist',
);

export const ALLOWED_ELEMENTS: readonly string[] = [
  ...TEXT_ELEMENTS,
  ...MEDIA_ELEMENTS,
  ...SVG_ELEMENTS,
  ...MATH_ELEMENTS,
];

const of = (elements: readonly string[], attributes: string[]): Record<string, string[]> =>
  Object.fromEntries(elements.map((element) => [element, attributes]));

export const ALLOWED_ATTRIBUTES: NonNullable<IOptions['allowedAttributes']> = {
  '*': [...words('id class title lang dir role hidden tabindex translate align'), 'aria-*', 'data-*'],
  ...of(SVG_ELEMENTS, SVG_ATTRIBUTES),
  ...of(MATH_ELEMENTS, MATH_ATTRIBUTES),
  a: words('href name target rel hreflang type download'),
  ...of(['img', 'source'], words('src srcset sizes alt width height loading decoding type media')),
  ...of(['audio', 'video'], PLAYER),
  track: words('src kind srclang label default'),
  ...of(['blockquote', 'q'], ['cite']),
  ...of(['del', 'ins'], words('cite datetime')),
  time: ['datetime'],
  ...of(['data', 'li'], ['value']),
  ...of(['meter', 'progress'], words('value min max low high optimum')),
  ol: words('start reversed type'),
  ul: ['type'],
  details: words('open name'),
  font: words('color size face'),
  ...of(['td', 'th'], CELL),
  ...of(['tr', 'thead', 'tbody', 'tfoot'], ['valign']),
  ...of(['col', 'colgroup'], words('span width')),
  table: words('width border cellpadding cellspacing'),
  hr: ['width'],
  // The disabled checkbox of a task; other inputs are removed earlier.
  input: words('type checked disabled'),
};

/** Schemes of links. Pictures may also use `data:`, as the Content-Security-Policy allows. */
export const LINK_SCHEMES: readonly string[] = words(
  'http https mailto tel sms ftp ftps sftp xmpp irc ircs matrix geo magnet gemini gopher git ssh news urn doi',
);
export const PICTURE_SCHEMES: readonly string[] = words('http https data');
/** Attributes that hold one address. */
export const ADDRESS_ATTRIBUTES: readonly string[] = words('href src poster cite');
