/**
 * The picture of the layers in docs/, made of layers.ts, which the architecture test enforces, and of the imports in the code.
 * `npm run layers` writes it; layers.test.ts fails while it differs.
 */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { LAYERS, partOf } from './layers.ts';
import { sourcesOf, type SourceFile } from './source-files.ts';

export const PICTURE = new URL('../../docs/layers.svg', import.meta.url);

const WIDTH = 880;
const LAYER_HEIGHT = 92;
const BOX = { width: 124, height: 40, gap: 64 };
const TOP = 84;

/** Importer, imported. */
export type Arrow = readonly [from: string, to: string];

/** Which part imports which, types included. */
export function arrowsOf(files: readonly SourceFile[]): readonly Arrow[] {
  const parts = new Set(LAYERS.flat());
  const found = new Map<string, Arrow>();
  for (const { path, imports } of files)
    for (const { target } of imports) {
      const arrow: Arrow = [partOf(path), partOf(target)];
      if (arrow[0] !== arrow[1] && parts.has(arrow[1])) found.set(arrow.join(' '), arrow);
    }
  return [...found.keys()].toSorted().map((key) => found.get(key)!);
}

/** The arrows that no longer way stands for: what is left has the same reach. */
export function withoutShortcuts(arrows: readonly Arrow[]): readonly Arrow[] {
  const reaches = (from: string, to: string): boolean =>
    arrows.some(([a, b]) => a === from && (b === to || reaches(b, to)));
  return arrows.filter(([from, to]) => !arrows.some(([a, b]) => a === from && b !== to && reaches(b, to)));
}

/** The whole picture as SVG. */
export function drawLayers(files: readonly SourceFile[]): string {
  const arrows = arrowsOf(files);
  const drawn = withoutShortcuts(arrows);
  const height = TOP + LAYERS.length * LAYER_HEIGHT;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" font-family="system-ui, sans-serif" font-size="14">`,
    '<title>The layers of the code: each part imports only from layers below it</title>',
    '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z" fill="#5b6472"/></marker></defs>',
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    '<text x="24" y="32" font-size="17" font-weight="600" fill="#1d2330">Who imports whom</text>',
    `<text x="24" y="55" fill="#5b6472">${drawn.length} of ${arrows.length} arrows; the others are shortcuts of ways that are drawn. A part imports only from layers below.</text>`,
    ...LAYERS.map((_, layer) => band(layer)),
    ...drawn.map((arrow) => line(arrow)),
    ...LAYERS.flatMap((parts) => parts.map((part) => box(part, arrows))),
    '</svg>',
    '',
  ].join('\n');
}

function band(layer: number): string {
  const fill = layer % 2 === 0 ? '#f5f7fa' : '#fff';
  return `<rect y="${TOP + layer * LAYER_HEIGHT}" width="${WIDTH}" height="${LAYER_HEIGHT}" fill="${fill}"/>`;
}

/** The middle of a part's box. */
function placeOf(part: string): { readonly x: number; readonly y: number; readonly layer: number } {
  const layer = LAYERS.findIndex((parts) => parts.includes(part));
  const parts = LAYERS[layer]!;
  const step = BOX.width + BOX.gap;
  const x = WIDTH / 2 + (parts.indexOf(part) - (parts.length - 1) / 2) * step;
  return { x, y: TOP + (layer + 0.5) * LAYER_HEIGHT, layer };
}

/** Straight to the next layer; past others in a bow, so that it runs through none of their boxes. */
function line([from, to]: Arrow): string {
  const [a, b] = [placeOf(from), placeOf(to)];
  const [top, bottom] = [a.y + BOX.height / 2, b.y - BOX.height / 2];
  const way =
    b.layer === a.layer + 1
      ? `M${a.x} ${top}L${b.x} ${bottom}`
      : bow({ x: a.x, y: top }, { x: b.x, y: bottom });
  return `<path d="${way}" fill="none" stroke="#5b6472" stroke-width="1.2" marker-end="url(#tip)"><title>${from} imports ${to}</title></path>`;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

function bow(from: Point, to: Point): string {
  const side = from.x + to.x < WIDTH ? -1 : 1;
  const out = WIDTH / 2 + side * (WIDTH / 2 - 20 - ((to.y - from.y) % 40));
  return `M${from.x} ${from.y}C${out} ${from.y + 40} ${out} ${to.y - 40} ${to.x} ${to.y}`;
}

function box(part: string, arrows: readonly Arrow[]): string {
  const { x, y } = placeOf(part);
  const imported = arrows.filter(([from]) => from === part).map(([, to]) => to);
  const says = imported.length === 0 ? 'imports no other part' : `imports ${imported.join(', ')}`;
  return [
    `<g><title>${part} ${says}</title>`,
    `<rect x="${x - BOX.width / 2}" y="${y - BOX.height / 2}" width="${BOX.width}" height="${BOX.height}" rx="6" fill="#fff" stroke="#2457c5" stroke-width="1.4"/>`,
    `<text x="${x}" y="${y + 5}" text-anchor="middle" fill="#1d2330">${part}</text></g>`,
  ].join('');
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  writeFileSync(PICTURE, drawLayers([...sourcesOf('src'), ...sourcesOf('otel')]));
