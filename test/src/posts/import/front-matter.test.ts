import { describe, expect, it } from '@jest/globals';
import { FrontMatterError, parseFrontMatter } from '../../../../src/posts/import/front-matter.ts';

describe('parseFrontMatter', () => {
  it('reads TOML between +++', () => {
    const front = parseFrontMatter(
      '+++\ntitle = "A"\ndate = 2026-03-01\n[extra]\nx = [1]\n+++\n\nText.\n+++\n',
      'a.md',
    );
    expect(front).toMatchObject({
      format: 'toml',
      data: { title: 'A', extra: { x: [1] } },
      body: 'Text.\n+++\n',
    });
  });

  it('reads YAML between ---', () => {
    const front = parseFrontMatter('---\ntitle: "A: b"\ntags: [x, y]\n---\nText.\n\n---\nMore.', 'a.md');
    expect(front).toEqual({
      format: 'yaml',
      data: { title: 'A: b', tags: ['x', 'y'] },
      body: 'Text.\n\n---\nMore.',
    });
  });

  it('reads files of Windows and of editors that write a byte order mark', () => {
    expect(parseFrontMatter('\ufeff---\r\ntitle: A\r\n---\r\nText.\r\n', 'a.md')).toMatchObject({
      data: { title: 'A' },
      body: 'Text.\n',
    });
  });

  it('finds none in a text that begins with a thematic break', () => {
    expect(parseFrontMatter('Text.\n---\n', 'a.md')).toEqual({
      format: 'none',
      data: {},
      body: 'Text.\n---\n',
    });
  });

  it('reads an empty one as empty', () => {
    expect(parseFrontMatter('---\n---\nText.', 'a.md')).toMatchObject({
      format: 'yaml',
      data: {},
      body: 'Text.',
    });
  });

  it.each([
    ['TOML', '+++\ntitle = "A"\nauthors = [\n+++\n', /^a\.md:[34]: /],
    ['YAML', '---\ntitle: A\ntags: [x\n---\n', /^a\.md:[34]: /],
    ['a YAML mapping', '---\ntitle: A\n  bad: : x\n---\n', /^a\.md:[23]: /],
    [
      'an end',
      '+++\ntitle = "A"\n',
      /^a\.md:1: front matter begins with \+\+\+, but there is no closing \+\+\+$/,
    ],
    ['a table', '---\n- a\n- b\n---\n', /^a\.md:2: front matter is not a table of keys and values$/],
  ])('names file and line when %s is not right', (_, source, message) => {
    const parse = (): unknown => parseFrontMatter(source, 'a.md');
    expect(parse).toThrow(FrontMatterError);
    expect(parse).toThrow(message);
  });
});
