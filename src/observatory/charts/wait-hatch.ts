import { html, type Html } from '../../markup/html.ts';

/** The pattern that bars of waiting are filled with, once on a page. */
export function waitHatch(): Html {
  return html`<svg class="wait-hatch" width="0" height="0" aria-hidden="true">
    <defs>
      <pattern
        id="wait-hatch"
        width="6"
        height="6"
        patternUnits="userSpaceOnUse"
        patternTransform="rotate(45)"
      >
        <line class="hatch" x1="0" x2="0" y1="0" y2="6" />
      </pattern>
    </defs>
  </svg>`;
}
