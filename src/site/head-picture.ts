import { html, type Html } from '../markup/html.ts';
import { pictureOf, type PictureSize } from '../media/picture-sizes.ts';

/** The text's column, as in src/public/reader/base.css. */
const SIZES = '(max-width: 42.5rem) 100vw, 40rem';

/** The picture above the front page's posts, which says nothing that the page does not; nothing if there is none at the address. */
export function headPicture(address: string, sizeOf: (name: string) => PictureSize | undefined): Html {
  const size = pictureOf(address, sizeOf);
  if (size === undefined || size.width === null || size.height === null) return html``;
  const { width, height, variants } = size;
  const sources = [...variants, { url: address, width }]
    .map((each) => `${each.url} ${each.width}w`)
    .join(', ');
  return html`<img
    class="head-picture"
    src="${address}"
    srcset="${sources}"
    sizes="${SIZES}"
    width="${width}"
    height="${height}"
    alt=""
    fetchpriority="high"
  /> `;
}
