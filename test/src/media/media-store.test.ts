import { beforeEach, describe, expect, it } from '@jest/globals';
import { fc } from '../../fixtures/properties.ts';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { mediaPath } from '../../../src/media/media-path.ts';
import { temporaryBlog, type TemporaryBlog } from '../temporary-blog.ts';

const GIF = Buffer.from('GIF89a\x07\x00\x05\x00');

let blog: TemporaryBlog;
beforeEach(() => {
  blog = temporaryBlog();
});

describe('MediaStore', () => {
  it('keeps bytes under their name, with type, size and digest', () => {
    const { media, changed } = blog.media.put('2026/03/a b.gif', GIF, { alt: 'A pane' });
    expect(changed).toBe(true);
    expect(media).toMatchObject({
      path: '2026/03/a b.gif',
      url: '/media/2026/03/a%20b.gif',
      contentType: 'image/gif',
      width: 7,
      height: 5,
      bytes: 10,
      alt: 'A pane',
    });
    expect(media.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(readFileSync(media.file)).toEqual(GIF);
  });

  it.each(['/media/2026/03/a%20b.gif', 'media/2026/03/a b.gif', '/2026/03/a b.gif', '2026/03/a b.gif'])(
    'finds it by %s',
    (request) => {
      blog.media.put('2026/03/a b.gif', GIF);
      expect(blog.media.find(request)?.path).toBe('2026/03/a b.gif');
    },
  );

  it('recognises unchanged bytes, and restores a lost file', () => {
    const { media } = blog.media.put('a.gif', GIF);
    expect(blog.media.put('a.gif', GIF).changed).toBe(false);
    rmSync(media.file);
    expect(blog.media.put('a.gif', GIF).changed).toBe(true);
    expect(readFileSync(media.file)).toEqual(GIF);
  });

  it('takes a size that an earlier version could not read from the same bytes', () => {
    blog.media.put('a.gif', GIF);
    blog.database.prepare('UPDATE media SET width = NULL, height = NULL').run();
    expect(blog.media.put('a.gif', GIF)).toMatchObject({ changed: true, media: { width: 7, height: 5 } });
    expect(blog.media.put('a.gif', GIF).changed).toBe(false);
  });

  it('replaces the bytes under a name and keeps the alternative text', () => {
    blog.media.put('a.txt', Buffer.from('one'), { alt: 'Words' });
    const { media } = blog.media.put('a.txt', Buffer.from('three'));
    expect(media).toMatchObject({ bytes: 5, alt: 'Words' });
    expect(readFileSync(media.file, 'utf8')).toBe('three');
  });

  it('leaves no unfinished file behind when writing fails', () => {
    mkdirSync(path.join(blog.folder, 'media', 'a.gif'), { recursive: true });
    expect(() => blog.media.put('a.gif', GIF)).toThrow(/EISDIR|ENOTEMPTY|EPERM/);
    expect(readdirSync(path.join(blog.folder, 'media'))).toEqual(['a.gif']);
    expect(blog.media.find('a.gif')).toBeUndefined();
  });

  it('removes name and bytes', () => {
    const { media } = blog.media.put('a.gif', GIF);
    expect(blog.media.remove('a.gif')).toBe(true);
    expect(blog.media.remove('a.gif')).toBe(false);
    expect(() => readFileSync(media.file)).toThrow(/ENOENT/);
  });

  it('lists by name, starting after a name', () => {
    for (const name of ['c.gif', 'a.gif', 'b.gif']) blog.media.put(name, GIF);
    expect(blog.media.list({ after: 'a.gif', limit: 1 }).map((media) => media.path)).toEqual(['b.gif']);
  });

  it('finds nothing that has no row, even where a file lies', () => {
    writeFileSync(path.join(blog.folder, 'secret.txt'), 'x');
    for (const request of [
      '../secret.txt',
      '/media/../secret.txt',
      '/media/%2e%2e/secret.txt',
      '/media/..%2fsecret.txt',
      '..%5csecret.txt',
    ]) {
      expect(blog.media.find(request)).toBeUndefined();
    }
  });

  it.each([
    '',
    '..',
    'a/../b',
    '/',
    'a//b',
    '.hidden',
    'a/.b/c',
    'a\u0000b',
    'a\\b',
    'C:x',
    'a?b',
    'a.',
    'a ',
    'x'.repeat(501),
  ])('refuses the name %o', (name) => {
    expect(() => blog.media.put(name, GIF)).toThrow(TypeError);
  });
});

describe('the type of a drawing', () => {
  it.each([
    ['in UTF-8', Buffer.from('<svg><text>Größe</text></svg>'), 'image/svg+xml; charset=utf-8'],
    [
      'that says so',
      Buffer.from('<?xml version="1.0" encoding="UTF-8"?><svg/>'),
      'image/svg+xml; charset=utf-8',
    ],
    [
      'of another encoding',
      Buffer.from('<?xml version="1.0" encoding="ISO-8859-1"?><svg/>'),
      'image/svg+xml',
    ],
    ['that is no UTF-8', Buffer.from('<svg><text>Gr\xf6\xdfe</text></svg>', 'latin1'), 'image/svg+xml'],
  ])('names the encoding of one %s, if it is sure', (_, bytes, type) => {
    expect(blog.media.put('a.svg', bytes).media.contentType).toBe(type);
  });
});

describe('mediaPath', () => {
  it('never leads out of the folder, whatever is asked', () => {
    const part = fc.constantFrom(
      '..',
      '.',
      '/',
      '\\',
      '%2e',
      '%2f',
      '%5c',
      '%00',
      'media',
      'a',
      '%',
      'C:',
      '\u0000',
      '%252e',
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
        const name = mediaPath(parts.join(''));
        if (name === undefined) return true;
        const folder = path.resolve('media');
        return (
          path.resolve(folder, name).startsWith(folder + path.sep) &&
          path.win32.resolve('C:\\media', name).startsWith('C:\\media\\')
        );
      }),
      { numRuns: 2000 },
    );
  });
});
