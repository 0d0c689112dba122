import { raw } from '../markup/html.ts';

/** The logo: currentColor strokes, sized by CSS. */
export const LOGO = raw(
  '<svg class="logo" viewBox="0 0 32 32" aria-hidden="true" focusable="false">' +
    '<path class="frame" d="M4 28V13.5L16 4l12 9.5V28z"/>' +
    '<path class="panes" d="M4.5 14h23M4.5 21h23M16 4.5V28M10 9.5V28M22 9.5V28"/></svg>',
);
