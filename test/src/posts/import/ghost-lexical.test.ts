import { beforeEach, describe, expect, it } from '@jest/globals';
import Database from 'better-sqlite3';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { lexicalToHtml } from '../../../../src/posts/import/lexical-html.ts';
import { BARE_ENVIRONMENT } from '../../../fixtures/bare-environment.ts';
import { expectLinear } from '../../../fixtures/linear-time.ts';
import { temporaryFolder } from '../../../fixtures/temporary-folder.ts';

const MAIN = fileURLToPath(new URL('../../../../src/posts/import/main.ts', import.meta.url));

const text = (words: string, format = 0) => ({ type: 'extended-text', version: 1, text: words, format });
const element = (type: string, ...children: readonly unknown[]) => ({ type, version: 1, children });
const paragraph = (...children: readonly unknown[]) => element('paragraph', ...children);
const item = (...children: readonly unknown[]) => element('listitem', ...children);
const lexical = (...children: readonly unknown[]) => JSON.stringify({ root: element('root', ...children) });
const htmlOf = (...children: readonly unknown[]) => lexicalToHtml(lexical(...children))?.html;

describe('a node of Lexical', () => {
  it.each([
    ...['strong', 'em', 's', 'u', 'code', 'sub', 'sup', 'mark'].map((tag, bit): [unknown, string] => [
      paragraph(text('a < b', 1 << bit)),
      `<p><${tag}>a &lt; b</${tag}></p>`,
    ]),
    [
      { type: 'image', src: '/a.gif', href: 'https://a.example/', caption: '<p><b>Seen</b></p>' },
      '<figure><a href="https://a.example/"><img src="/a.gif" alt=""></a><figcaption><b>Seen</b></figcaption></figure>',
    ],
    [{ type: 'codeblock', code: 'a', caption: 'Why' }, '<pre><code>a</code></pre><p>Why</p>'],
    [
      { type: 'bookmark', url: '/a', metadata: { title: 'A <b>' }, caption: 'Why' },
      '<p><a href="/a">A &lt;b&gt;</a></p><p>Why</p>',
    ],
    [
      { type: 'embed', url: '/a', html: '<iframe src="/b"></iframe>', metadata: { title: 'A' } },
      '<p><a href="/a">A</a></p>',
    ],
    [
      { type: 'embed', url: '/a', html: '<blockquote>Said</blockquote>', metadata: {} },
      '<blockquote>Said</blockquote>',
    ],
    [
      { type: 'callout', calloutEmoji: '!', calloutText: '<p dir="ltr">Mind</p>' },
      '<blockquote><p>! Mind</p></blockquote>',
    ],
    [{ type: 'toggle', heading: '<p>More</p>', content: '<p>Text</p>' }, '<h4>More</h4><p>Text</p>'],
    [
      { type: 'header', header: 'A', subheader: 'B', buttonText: 'C', buttonUrl: '/c' },
      '<h2>A</h2><p>B</p><p><a href="/c">C</a></p>',
    ],
    [
      { type: 'file', src: '/a.pdf', fileTitle: 'A', fileCaption: 'Why' },
      '<p><a href="/a.pdf">A</a></p><p>Why</p>',
    ],
    [
      {
        type: 'product',
        productImageSrc: '/a.gif',
        productTitle: '<p>A</p>',
        productDescription: '<p>B</p>',
        productButton: 'Buy',
        productUrl: '/buy',
      },
      '<figure><img src="/a.gif" alt=""></figure><h4>A</h4><p>B</p><p><a href="/buy">Buy</a></p>',
    ],
    [
      { type: 'call-to-action', textValue: '<p>A</p>', buttonText: 'B', buttonUrl: '/b' },
      '<p>A</p><p><a href="/b">B</a></p>',
    ],
    [{ ...element('list', item(text('a'))), listType: 'number', start: 5 }, '<ol start="5"><li>a</li></ol>'],
    [{ ...element('list', item(text('a'))), listType: 'number', start: 1 }, '<ol><li>a</li></ol>'],
    [paragraph(text('a '), { type: 'tk', text: 'TK' }, text(' b')), '<p>a TK b</p>'],
    [{ type: 'extended-text', text: { a: 1 } }, ''],
    [{ type: 'email', html: '<p>By mail</p>' }, ''],
  ])('%j', (node, html) => {
    expect(lexicalToHtml(lexical(node))).toEqual({ html, unknown: new Set(), isCut: false });
  });

  it('that is not known has its text, and ends no paragraph that it is in', () => {
    expect(htmlOf(paragraph(text('a '), { type: 'odd', text: '<b>' }, text(' c')))).toBe(
      '<p>a &lt;b&gt; c</p>',
    );
    expect(htmlOf({ type: 'odd', text: 'a' }, { type: 'odd' })).toBe('<p>a</p>');
  });

  it('may be anything', () => {
    const root = {
      type: 'root',
      children: [null, 3, [], { type: 5 }, { children: {} }, paragraph(text('a'))],
    };
    expect(lexicalToHtml(JSON.stringify({ root }))?.html).toBe('<p>a</p>');
    expect(lexicalToHtml('{"root":')).toBeUndefined();
    expect(lexicalToHtml(undefined)).toBeUndefined();
  });

  it.each([100_000, 1_000_000])('nested %d levels deep is cut', (levels) => {
    const deep = '{"type":"quote","children":['.repeat(levels) + ']}'.repeat(levels);
    expect(lexicalToHtml(`{"root":${deep}}`)).toEqual({ html: '', unknown: new Set(), isCut: true });
  });
});

describe('a list of Lexical', () => {
  it('takes time in proportion to the lists in it, which belong to the item before', async () => {
    const list = (...items: readonly unknown[]) => ({ ...element('list', ...items), listType: 'bullet' });
    const items = (count: number) =>
      Array.from({ length: count }, (_, index) => item(index % 2 === 0 ? text('a') : list(item(text('b')))));
    expect(htmlOf(list(...items(2), item(list(item(text('c')))), item(text('d'))))).toBe(
      '<ul><li>a<ul><li>b</li></ul><ul><li>c</li></ul></li><li>d</li></ul>',
    );
    await expectLinear((count) => htmlOf(list(...items(count))), 10_000);
  });
});

describe('npm run import of Ghost', () => {
  const POST = {
    title: 'A',
    status: 'published',
    visibility: 'public',
    type: 'post',
    published_at: '2024-03-05T06:07:08.000Z',
    html: null,
    lexical: null,
    mobiledoc: null,
  };
  const DRAFT = { ...POST, status: 'draft', published_at: null };
  const evil = element('link', text('evil'));
  const POSTS = [
    {
      ...POST,
      id: '1',
      slug: 'both',
      html: '<p>Of HTML</p>',
      lexical: lexical(paragraph(text('Of Lexical'))),
    },
    {
      ...DRAFT,
      id: '2',
      slug: 'draft',
      lexical: lexical(
        paragraph(text('<script>alert(1)</script> '), { ...evil, url: 'javascript:alert(1)' }),
        { type: 'html', html: '<p onclick="a()">Card</p><script>alert(2)</script>' },
        element('poll', paragraph(text('Which?'))),
      ),
    },
    { ...DRAFT, id: '3', slug: 'empty', lexical: lexical(paragraph()) },
    { ...DRAFT, id: '4', slug: 'broken', lexical: '{"root":' },
    { ...DRAFT, id: '5', slug: 'old', mobiledoc: '{"version":"0.3.1"}' },
  ];

  let folder: string;
  beforeEach(() => {
    folder = temporaryFolder();
    const data = { posts: POSTS, posts_meta: [], tags: [], posts_tags: [], users: [], posts_authors: [] };
    writeFileSync(
      path.join(folder, 'site.json'),
      JSON.stringify({ db: [{ meta: { version: '5.80.0' }, data }] }),
    );
  });

  function run(): string {
    const { stdout, status } = spawnSync(process.execPath, [MAIN, 'site.json'], {
      encoding: 'utf8',
      cwd: folder,
      env: { ...BARE_ENVIRONMENT, PATH: process.env['PATH'], DATA_DIR: path.join(folder, 'data') },
    });
    expect(status).toBe(0);
    return stdout;
  }

  function rows(): unknown {
    const database = new Database(path.join(folder, 'data/glasshouse.db'), { readonly: true });
    try {
      return database.prepare('SELECT path, status, html, updated_at FROM posts ORDER BY path').all();
    } finally {
      database.close();
    }
  }

  it('reads Lexical where there is no HTML, shows nothing that runs, and changes nothing the second time', () => {
    const first = run();
    expect(first).toMatch(/^5 imported, /);
    expect(first).toContain(
      'post draft: has parts that are not known, of which the text alone is imported, if they have one: poll\n',
    );
    expect(first).toContain('post broken: has no HTML in the export');
    expect(first).toContain('post old: has no HTML in the export');
    expect(first).not.toContain('post empty:');
    const before = rows();
    expect(before).toMatchObject([
      { path: 'both', status: 'published', html: '<p>Of HTML</p>\n' },
      { path: 'broken', status: 'draft', html: '' },
      { path: 'draft', status: 'draft' },
      { path: 'empty', status: 'draft', html: '' },
      { path: 'old', status: 'draft', html: '' },
    ]);
    const shown = JSON.stringify(before);
    expect(shown).toContain('&lt;script&gt;alert(1)');
    expect(shown).toContain('<a>evil</a>');
    expect(shown).toContain('<p>Which?</p>');
    expect(shown).not.toMatch(/javascript:|<script|onclick/);
    expect(run()).toMatch(
      /^0 imported, 0 updated, 5 unchanged, [\s\S]*\nNothing has changed since the last import\.\n/,
    );
    expect(rows()).toEqual(before);
  });
});
