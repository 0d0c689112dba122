import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { PICTURE, arrowsOf, drawLayers, withoutShortcuts } from './draw-layers.ts';
import { LAYERS } from './layers.ts';
import { sourcesOf, type SourceFile } from './source-files.ts';

const files = [...sourcesOf('src'), ...sourcesOf('otel')];

describe('the picture of the layers', () => {
  it('is what the code makes of it; npm run layers writes it', () => {
    expect(readFileSync(PICTURE, 'utf8')).toBe(drawLayers(files));
  });

  it('has a box for every part of every layer', () => {
    const picture = drawLayers(files);
    for (const part of LAYERS.flat()) expect(picture).toContain(`>${part}</text>`);
  });

  it('shows at most 9 layers, 16 parts and 55 arrows between parts', () => {
    expect(LAYERS.length).toBeLessThanOrEqual(9);
    expect(LAYERS.flat().length).toBeLessThanOrEqual(16);
    expect(arrowsOf(files).length).toBeLessThanOrEqual(55);
  });

  it('changes with an import that is new', () => {
    const added: SourceFile = {
      path: 'src/media/added.ts',
      code: '',
      lines: 1,
      codeLines: 1,
      commentWidth: 0,
      imports: [{ target: 'src/search/added.ts', isTypeOnly: true }],
    };
    expect(drawLayers([...files, added])).toContain('<title>src/media imports src/search</title>');
    expect(drawLayers(files)).not.toContain('<title>src/media imports src/search</title>');
  });

  it('leaves out an arrow that a longer way stands for', () => {
    expect(
      withoutShortcuts([
        ['a', 'b'],
        ['b', 'c'],
        ['a', 'c'],
        ['a', 'd'],
      ]),
    ).toEqual([
      ['a', 'b'],
      ['b', 'c'],
      ['a', 'd'],
    ]);
  });
});
