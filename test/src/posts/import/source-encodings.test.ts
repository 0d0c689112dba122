import { beforeEach, describe, expect, it } from '@jest/globals';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { importPosts } from '../../../../src/posts/import/import-posts.ts';
import type { ImportSummary } from '../../../../src/posts/import/import-summary.ts';
import { readSourceText } from '../../../../src/posts/import/source-text.ts';
import { temporaryBlog, type TemporaryBlog } from '../../temporary-blog.ts';

/** Each character is a byte of its number. */
const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');
/** Only letters that both encodings write as lower-case letters or signs are used. */
function encoded1250(text: string): Buffer {
  const signs = new Map(
    Array.from({ length: 128 }, (_, index) => {
      const byte = Buffer.from([index + 128]);
      return [new TextDecoder('windows-1250').decode(byte), index + 128] as const;
    }),
  );
  return Buffer.from([...text].map((letter) => signs.get(letter) ?? letter.charCodeAt(0)));
}
const NOTE = 'is not UTF-8 and declares no other encoding: read as windows-1252 (Western European)';

describe('the encoding of a source', () => {
  it.each<[string, Buffer, string]>([
    ['UTF-8', Buffer.from('Café'), 'Café'],
    ['UTF-8 with a mark', Buffer.from('\ufeffCafé'), 'Café'],
    ['UTF-16 with a mark', Buffer.from('\ufeffCafé', 'utf16le'), 'Café'],
    ['the other UTF-16', Buffer.from('\ufeffCafé', 'utf16le').swap16(), 'Café'],
    ['declared by XML', bytes('<?xml version="1.0" encoding="ISO-8859-1"?>\x93\xe9\x94 \x80'), '“é” €'],
    ['declared by front matter', bytes('---\ntitle: x\nencoding: windows-1251\n---\n\xcf\xf0\xe8'), 'При'],
    ['the same in TOML', bytes('+++\r\nencoding = "Shift_JIS"\r\n+++\r\n\x93\x8c\x8b\x9e'), '東京'],
    ['written in ASCII', bytes('---\nencoding: iso-2022-jp\n---\n\x1b$BEl5~\x1b(B'), '東京'],
    ['of Central Europe', bytes('---\nencoding: windows-1250\n---\n\xf8\xec\xe8'), 'řěč'],
    ['by another name of it', bytes('---\ncharset: cp1250\n---\nmo\xbfe'), 'może'],
    ['declared by HTML', bytes('<meta http-equiv="x" content="text/html; charset=windows-1250">\xf8'), 'ř'],
    ['declared for Emacs', bytes('<!-- -*- coding: latin-2-unix -*- -->\n\xb9'), 'š'],
    [
      'declared for Vim',
      bytes(`${'Text. '.repeat(1000)}\n<!-- vim: set fileencoding=cp1250 : -->\n\x9e\xf8`),
      'žř',
    ],
    ['UTF-8, declared otherwise before it was converted', Buffer.from('---\nencoding: latin1\n---\né'), 'é'],
  ])('is found: %s', (_, source, end) => {
    const { text, note } = readSourceText(source);
    expect([text.slice(-end.length), note]).toEqual([end, undefined]);
  });

  it('may be that of the site', () => {
    expect(readSourceText(bytes('\xcf\xf0\xe8'), 'windows-1251')).toEqual({ text: 'При' });
  });

  it.each([
    ['Caf\xe9, \x93quoted\x94, 3 \x80', 'Café, “quoted”, 3 €'],
    ['Gr\xfc\xdfe', 'Grüße'],
    [
      'Fran\xe7ais, \xe0 la carte, S\xe3o Paulo, No\xebl, b\xeate, o\xf9, \xe9t\xe9, d\xe9j\xe0',
      'Français, à la carte, São Paulo, Noël, bête, où, été, déjà',
    ],
    ['\xbfQu\xe9? \xa1S\xed! 2\xaa, 3\xba', '¿Qué? ¡Sí! 2ª, 3º'],
    ['---\nencoding: utf-8\n---\nCaf\xe9', '---\nencoding: utf-8\n---\nCafé'],
  ])('is taken for windows-1252, and noted: %j', (source, text) => {
    expect(readSourceText(bytes(source))).toEqual({ text, note: NOTE });
  });

  it.each([
    ['a byte without a character', bytes('Caf\xe9 \x81')],
    ['a control character', bytes('Caf\xe9 \x00')],
    ['another script, undeclared', bytes('title: \xcf\xf0\xe8\xe2\xe5\xf2, \xec\xe8\xf0')],
    ['Czech in windows-1250', encoded1250('Příliš žluoučký kůň pěl ábelské ódy')],
    ['Polish in windows-1250', encoded1250('Może zażółcić gęślą jaźń')],
    ['Hungarian in windows-1250', encoded1250('Árvíztűrő tükörfúrógép, őszi szűrő')],
    ['Croatian in windows-1250', encoded1250('Šišmiš, žaba, čaša, ćup i đak')],
    ['Turkish in windows-1254', bytes('Pijamal\xfd hasta ya\xf0\xfdz \xfeof\xf6re \xe7abucak g\xfcvendi')],
    ['damaged UTF-8', Buffer.concat([Buffer.from('café, crème, '), bytes('\xc3')])],
    ['damaged UTF-16', bytes('\xff\xfe\x00\xd8\x00\x00')],
    ['a declaration that is wrong', bytes('---\nencoding: shift_jis\n---\n\x93')],
    ['a declaration that is unknown', bytes('---\nencoding: klingon\n---\n\xe9')],
  ])('is refused: %s', (_, source) => {
    expect(() => readSourceText(source)).toThrow('save it as UTF-8');
  });
});

describe('an import of sources that are not UTF-8', () => {
  let blog: TemporaryBlog;
  beforeEach(() => {
    blog = temporaryBlog();
  });

  function run(files: Readonly<Record<string, Buffer>>, name = ''): ImportSummary {
    for (const [file, content] of Object.entries(files)) {
      mkdirSync(path.dirname(path.join(blog.folder, 'old', file)), { recursive: true });
      writeFileSync(path.join(blog.folder, 'old', file), content);
    }
    return importPosts(path.join(blog.folder, 'old', name), { ...blog, now: () => blog.clock.now });
  }

  const SOURCE =
    '---\ntitle: D\xe9j\xe0 vu\ndate: 2026-01-01\ntags: [\xe9t\xe9]\n---\n[\xe9](caf\xe9.md) ![\xe9](\xe9.gif)';

  it('reads titles, tags, and links to names, and says by file what it assumed', () => {
    const files = {
      'a.md': bytes(SOURCE),
      'café.md': Buffer.from('---\ntitle: Café\ndate: 2026-01-02\n---\nText.'),
      'é.gif': bytes('GIF89a\x07\x00\x05\x00'),
    };
    const summary = run(files);
    const post = blog.posts.byPath('a')!;
    expect([post.title, post.tags]).toEqual(['Déjà vu', ['été']]);
    expect(post.html).toContain('href="/caf%C3%A9"');
    expect([summary.notes, summary.missingImages, summary.mediaFiles]).toEqual([
      [{ file: 'a.md', text: NOTE }],
      [],
      1,
    ]);
    expect(run(files)).toMatchObject({ imported: 0, updated: 0, unchanged: 2 });
  });

  it('reads them as Jekyll is told to', () => {
    const summary = run({
      '_config.yml': Buffer.from('encoding: ISO-8859-1'),
      '_posts/2026-01-01-a.md': bytes(SOURCE.split('\n[')[0]!),
    });
    expect([blog.posts.page().posts[0]!.title, summary.notes]).toEqual(['Déjà vu', []]);
  });

  it('reads an export of WordPress as it declares', () => {
    const item =
      '<item><title>D\xe9j\xe0 \x96 vu</title><link>https://a.example/x/</link><category domain="post_tag" nicename="ete"><![CDATA[\xe9t\xe9]]></category><content:encoded><![CDATA[<p>caf\xe9</p>]]></content:encoded><wp:status>publish</wp:status><wp:post_date_gmt>2024-01-01 00:00:00</wp:post_date_gmt></item>';
    const wxr = (head: string): Buffer =>
      bytes(
        `${head}<rss><channel><link>https://a.example</link><wp:wxr_version>1.2</wp:wxr_version>${item}</channel></rss>`,
      );
    expect(run({ 'a.xml': wxr('<?xml version="1.0" encoding="iso-8859-1" ?>') }, 'a.xml').notes).toEqual([]);
    const post = blog.posts.byPath('x')!;
    expect([post.title, post.tags, post.markdown]).toEqual(['Déjà – vu', ['été'], 'café']);
    expect(run({ 'b.xml': wxr('<?xml version="1.0"?>') }, 'b.xml').notes).toEqual([
      { file: 'the export', text: NOTE },
    ]);
    expect(() => run({ 'c.xml': bytes('<wp:wxr_version>\x81') }, 'c.xml')).toThrow(
      /c\.xml: .*save it as UTF-8/,
    );
  });

  it('names files and folders that cannot be opened, and imports the others', () => {
    const named = (name: string): Buffer => Buffer.concat([Buffer.from(`${blog.folder}/old/`), bytes(name)]);
    mkdirSync(path.join(blog.folder, 'old'));
    mkdirSync(named('\xe9t\xe9'));
    writeFileSync(named('caf\xe9.md'), SOURCE);
    const summary = run({ 'a.md': bytes(SOURCE.split('\n[')[0]!) });
    expect([summary.imported, summary.skipped]).toEqual([
      1,
      ['caf\ufffd.md', '\ufffdt\ufffd'].map((file) => ({
        file,
        reason: 'its name is not UTF-8: rename it',
        isFault: true,
      })),
    ]);
  });
});
