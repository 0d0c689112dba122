import { beforeEach, describe, expect, it } from '@jest/globals';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Redirects } from '../../../../src/posts/redirects.ts';
import { importPosts } from '../../../../src/posts/import/import-posts.ts';
import type { ImportSummary } from '../../../../src/posts/import/import-summary.ts';
import { wordpressHtml } from '../../../../src/posts/import/wordpress-html.ts';
import { NOON, temporaryBlog, type TemporaryBlog } from '../../temporary-blog.ts';

const CONTENT = `<!-- wp:paragraph -->
<p>See <a href="https://old.example/blog/about/">about</a> &amp; *stars*.</p>
<!-- /wp:paragraph -->

[caption id="a" width="7"]<img src="https://old.example/blog/wp-content/uploads/2024/a.gif" alt="A"> A pane[/caption]

[gallery ids="1,2"]`;

function item(fields: Readonly<Record<string, string>>, more = ''): string {
  const all = {
    title: 'Clear &amp; glass',
    link: 'https://old.example/blog/2024/03/clear-glass/',
    'dc:creator': 'ada',
    guid: 'https://old.example/blog/?p=1',
    'content:encoded': `<![CDATA[${CONTENT}]]>`,
    'excerpt:encoded': '<![CDATA[In <b>short</b>]]>',
    'wp:post_id': '1',
    'wp:post_date_gmt': '2024-03-05 06:07:08',
    'wp:post_modified_gmt': '2024-03-06 00:00:00',
    'wp:post_name': 'clear-glass',
    'wp:status': 'publish',
    'wp:post_type': 'post',
    'wp:post_password': '',
    ...fields,
  };
  return `<item>${Object.entries(all)
    .map(([name, value]) => `<${name}>${value}</${name}>`)
    .join('\n')}${more}</item>`;
}

const own = (id: string, fields: Readonly<Record<string, string>>): string =>
  item({
    link: `https://old.example/blog/${id}/`,
    'wp:post_name': id,
    'wp:post_id': id,
    guid: `https://old.example/blog/?p=${id}`,
    ...fields,
  });

const XML = `<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>Old</title><link>https://old.example/blog</link>
<wp:wxr_version>1.2</wp:wxr_version><wp:base_site_url>https://old.example</wp:base_site_url><wp:base_blog_url>https://old.example/blog</wp:base_blog_url>
<wp:author><wp:author_login>ada</wp:author_login><wp:author_display_name><![CDATA[Ada L.]]></wp:author_display_name></wp:author>
${item(
  {},
  `<category domain="category" nicename="uncategorized">Uncategorized</category><category domain="category" nicename="panes"><![CDATA[Panes & light]]></category><category domain="post_tag" nicename="t">T</category>
<wp:postmeta><wp:meta_key>_thumbnail_id</wp:meta_key><wp:meta_value>9</wp:meta_value></wp:postmeta>
<wp:comment><wp:comment_id>1</wp:comment_id><wp:comment_content>Hello</wp:comment_content></wp:comment><wp:comment><wp:comment_id>2</wp:comment_id></wp:comment>`,
)}
${own('about', { 'wp:post_type': 'page' })}
${own('secret', { 'wp:post_password': 'x' })}
${own('private', { 'wp:status': 'private' })}
${item({ link: 'https://old.example/blog/?p=7', 'wp:post_id': '7', 'wp:post_name': '', 'wp:status': 'draft', 'wp:post_date_gmt': '0000-00-00 00:00:00', title: 'An idea' })}
${own('trash', { 'wp:status': 'trash' })}
${own('menu', { 'wp:post_type': 'nav_menu_item' })}
${own('9', { 'wp:post_type': 'attachment', 'wp:attachment_url': 'https://old.example/blog/wp-content/uploads/2024/top.gif' })}
</channel></rss>`;

let blog: TemporaryBlog;
let file: string;
beforeEach(() => {
  blog = temporaryBlog();
  const uploads = path.join(blog.folder, 'old/wp-content/uploads/2024');
  mkdirSync(uploads, { recursive: true });
  writeFileSync(path.join(uploads, 'a.gif'), Buffer.from('GIF89a\x07\x00\x05\x00'));
  file = path.join(blog.folder, 'old/site.xml');
});

function run(xml = XML): ImportSummary {
  writeFileSync(file, xml);
  return importPosts(file, { ...blog, now: () => blog.clock.now });
}

describe('an export of WordPress', () => {
  it('becomes posts at their addresses, with terms, authors, dates and pictures', () => {
    expect(run()).toMatchObject({ imported: 5, mediaFiles: 1 });
    const post = blog.posts.byPath('2024/03/clear-glass')!;
    expect(post).toMatchObject({
      title: 'Clear & glass',
      status: 'published',
      publishedAtMillis: Date.UTC(2024, 2, 5, 6, 7, 8),
      updatedAtMillis: Date.UTC(2024, 2, 6),
      tags: ['Panes & light', 'T'],
      authors: ['Ada L.'],
      description: 'In short',
      feedId: 'https://old.example/blog/?p=1',
    });
    expect(post.markdown).toBe(
      `<figure><img src="/wp-content/uploads/2024/top.gif" alt=""></figure>

See <a href="/about/">about</a> &amp; \\*stars\\*.

<figure><img src="/wp-content/uploads/2024/a.gif" alt="A">
<figcaption>A pane</figcaption>
</figure>

\\[gallery ids="1,2"]`,
    );
    expect(post.html).toContain('src="/media/wp-content/uploads/2024/a.gif"');
    const redirects = new Redirects(blog.database, { now: () => NOON }).list();
    expect(redirects.map(({ path: from, target }) => [from, target])).toEqual([
      ['category/panes', '/tags/Panes%20%26%20light'],
      ['tag/t', '/tags/T'],
    ]);
  });

  it('shows names as WordPress does, which stores them as HTML', () => {
    run(XML.replace('Panes & light', 'Panes &amp; &lt;light&gt;').replace('Ada L.', 'Ada &amp; Eve'));
    expect(blog.posts.byPath('2024/03/clear-glass')).toMatchObject({
      tags: ['Panes & <light>', 'T'],
      authors: ['Ada & Eve'],
    });
    const [first] = new Redirects(blog.database, { now: () => NOON }).list();
    expect(first!.target).toBe('/tags/Panes%20%26%20%3Clight%3E');
  });

  it('shows nobody what was not public', () => {
    run();
    const status = (address: string): string | undefined => blog.posts.byPath(address)?.status;
    expect(['about', 'secret', 'private', 'an-idea', 'trash'].map(status)).toEqual([
      'unlisted',
      'draft',
      'draft',
      'draft',
      undefined,
    ]);
  });

  it('says what was lost, and changes nothing the second time', () => {
    const summary = run();
    expect(summary.notes.map(({ text }) => text).toSorted()).toEqual([
      '2 comments are not imported',
      'has a password: imported as a draft',
      'is private: imported as a draft',
      'not imported: 1 × in the trash',
      'not imported: 1 × nav_menu_item',
    ]);
    expect(summary.lostEmbeds[0]!.text).toBe('shortcode [gallery ids="1,2"] left as text');
    expect(summary.missingImages[0]!.text).toBe('/wp-content/uploads/2024/top.gif');
    const before = blog.database.serialize();
    expect(run()).toMatchObject({ imported: 0, updated: 0, unchanged: 5, mediaFiles: 0 });
    expect(blog.database.serialize().equals(before)).toBe(true);
  });
});

describe('addresses of WordPress', () => {
  const withText = (html: string): string =>
    XML.replace('[gallery ids="1,2"]', html).replace(
      '</channel>',
      own('up', {
        'wp:post_id': '6',
        'wp:post_type': 'attachment',
        'wp:attachment_url': 'https://old.example/blog/wp-content/uploads/2024/a.gif',
      }) + '</channel>',
    );

  it('by number become those of the posts, and what cannot is a dead link', () => {
    const xml = withText(
      `<a href="https://old.example/blog/?p=5#me">a</a> <a href="http://old.example/blog/?page_id=5&amp;x=1">b</a>
<a href="/?preview=1&amp;p=1#top">c</a> <a href="/?p=7">d</a> <a href="/?attachment_id=6">e</a> <a href="/?p=99">f</a> <a href="/?s=1">g</a>`,
    ).replace('<wp:post_id>about<', '<wp:post_id>5<');
    const summary = run(xml);
    const links = [
      ...blog.posts.byPath('2024/03/clear-glass')!.html.matchAll(/<a href="([^"]*)"[^>]*>([a-g])</g),
    ].map(([, to, name]) => [name, to]);
    expect(links).toEqual([
      ['a', '/about#me'],
      ['b', '/about'],
      ['c', '/2024/03/clear-glass#top'],
      ['d', '/an-idea'],
      ['e', '/media/wp-content/uploads/2024/a.gif'],
      ['f', '/?p=99'],
      ['g', '/?s=1'],
    ]);
    expect(summary.deadLinks.map(({ text }) => text)).toEqual(['/?p=99']);
    expect(blog.posts.byPath('about')!.aliases).toEqual(['?p=5']);
    expect(run(xml)).toMatchObject({ imported: 0, updated: 0 });
  });

  it('of pictures in a size that is not there become those of the full ones', () => {
    const at = 'https://old.example/blog/wp-content/uploads/2024';
    const uploads = path.join(blog.folder, 'old/wp-content/uploads/2024');
    writeFileSync(path.join(uploads, 'b-scaled.gif'), Buffer.from('GIF89a\x07\x00\x05\x00'));
    writeFileSync(path.join(uploads, 'c-1x1.gif'), Buffer.from('GIF89a\x01\x00\x01\x00'));
    const names = ['a-150x100.gif', 'a-scaled.gif', 'b-7x5.gif', 'c-1x1.gif', 'd-1x1.gif'];
    const summary = run(withText(names.map((name) => `<img src="${at}/${name}" alt="">`).join('\n')));
    const shown = [
      ...blog.posts.byPath('2024/03/clear-glass')!.html.matchAll(/src="[^"]*2024\/([a-d][^"]*)"/g),
    ].map(([, name]) => name);
    expect(shown).toEqual(['a.gif', 'a.gif', 'a.gif', 'b-scaled.gif', 'c-1x1.gif', 'd-1x1.gif']);
    expect(summary.missingImages.map(({ text }) => text)).toContain('/wp-content/uploads/2024/d-1x1.gif');
    expect(summary.missingImages).toHaveLength(2);
  });
});

describe('the text of a WordPress post', () => {
  it.each([
    ['One\ntwo\n\nthree', '<p>One<br>\ntwo</p>\n<p>three</p>'],
    ['One<h2>Head</h2>two', '<p>One</p>\n<h2>Head</h2>\n<p>two</p>'],
    ['<pre>a\n\nb</pre>\nc', '<pre>a\n\nb</pre>\n<p>c</p>'],
    ['https://video.example/1', '<p><a href="https://video.example/1">https://video.example/1</a></p>'],
    [
      '[embed]https://video.example/1[/embed]',
      '<p><a href="https://video.example/1">https://video.example/1</a></p>',
    ],
    [
      '[sourcecode language="js"]\na <\n\nb\n[/sourcecode]',
      '<pre><code class="language-js">a &lt;\n\nb</code></pre>',
    ],
    ['[audio mp3="a.mp3"][/audio]', '<audio controls src="a.mp3"></audio>'],
    ['<blockquote>One\n\ntwo</blockquote>', '<blockquote>\n<p>One</p>\n<p>two</p>\n</blockquote>'],
    [
      '<figure><div class="wp-block-embed__wrapper">\nhttps://youtu.be/abc\n</div></figure>',
      '<figure>\n<div class="wp-block-embed__wrapper"><a href="https://youtu.be/abc">Video on YouTube</a></div>\n</figure>',
    ],
    ['A <!--more--> B', '<p>A  B</p>'],
    // Icon fonts have their letters at code points for private use.
    ['\uE000 home', '<p>\uE000 home</p>'],
    ['<pre>a\n\nb</pre>\nc \uE0000\uE001', '<pre>a\n\nb</pre>\n<p>c \uE0000\uE001</p>'],
    ['<pre>a\n\nb</pre>\n\uFDD00\uFDD1 c', '<pre>a\n\nb</pre>\n<p>0 c</p>'],
  ])('%s', (content, html) => {
    expect(wordpressHtml(content, () => {})).toBe(html);
  });
});
