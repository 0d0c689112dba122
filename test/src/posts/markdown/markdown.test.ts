import { describe, expect, it } from '@jest/globals';
import { renderMarkdown } from '../../../../src/posts/markdown/markdown.ts';

const MEDIA: Record<string, { width: number | null; height: number | null }> = {
  'post/a.png': { width: 400, height: 300 },
  'old/b c.png': { width: 10, height: 20 },
  'images/logo.svg': { width: null, height: null },
  'post/notes.txt': { width: null, height: null },
};

function render(markdown: string): ReturnType<typeof renderMarkdown> {
  return renderMarkdown(markdown, { path: 'post', formerPaths: ['old'], media: (name) => MEDIA[name] });
}

describe('renderMarkdown', () => {
  it.each([
    [
      'tables that scroll by themselves',
      '| a |\n|---|\n| 1 |',
      '<div class="table-scroll" tabindex="0"><table>',
    ],
    ['the alignment of columns, as a class', '| a |\n|--:|\n| 1 |', '<td class="align-right">1</td>'],
    ['strikethrough', '~~no~~', '<s>no</s>'],
    ['raw HTML', '<mark>so</mark>', '<p><mark>so</mark></p>'],
    ['footnotes', 'A.[^n]\n\n[^n]: Note.', '<li id="fn1" class="footnote-item"><p>Note. <a href="#fnref1"'],
    [
      'open tasks',
      '- [ ] do',
      '<li class="task"><input type="checkbox" disabled aria-label="To do"> do</li>',
    ],
    ['done tasks', '- [x] did', '<input type="checkbox" disabled checked aria-label="Done"> did'],
    ['captions', '![A pane](a.png "One & two")', '<figcaption>One &amp; two</figcaption></figure>'],
  ])('knows %s', (_, markdown, html) => {
    expect(render(markdown).html).toContain(html);
  });

  it('leaves brackets that are no task alone', () => {
    expect(render('- [x](y)\n- [y] z').html).not.toContain('checkbox');
  });

  it('gives headings ids that are unique, given or made, in any script', () => {
    const { headings } = render("## What's new in 1.12\n\n## Own {#mine}\n\n## Über\n\n## Über\n\n## ???");
    expect(headings.map((heading) => heading.id)).toEqual([
      'what-s-new-in-1-12',
      'mine',
      'über',
      'über-1',
      'section',
    ]);
    expect(headings[1]).toEqual({ level: 2, id: 'mine', text: 'Own' });
  });

  it.each([
    ['# a\n\n## b', [2, 3]],
    ['### a\n\n#### b', [2, 3]],
    ['## a\n\n### b', [2, 3]],
    ['### a\n\n### b\n\n## c\n\n#### d\n\n#### e\n\n### f\n\n# g', [2, 2, 2, 3, 3, 3, 2]],
    ['# a\n\n## b\n\n### c\n\n#### d\n\n##### e\n\n###### f', [2, 3, 4, 5, 6, 6]],
  ])('begins the outline at level 2 and skips none: %o', (markdown, levels) => {
    expect(render(markdown).headings.map((heading) => heading.level)).toEqual(levels);
  });

  it('returns the first paragraph, the number of words and the plain text', () => {
    const rendered = render(
      '# Title\n\n![x](a.png)\n\nFirst *words* of `code`\nand more.[^1]\n\n```\nlet x;\n```\n\n[^1]: Note.',
    );
    expect(rendered.firstParagraphText).toBe('First words of code and more.');
    expect(rendered.text).toBe('Title\nFirst words of code and more.\nlet x;\nNote.');
    expect(rendered.wordCount).toBe(10);
  });

  it('counts words in languages without spaces between them', () => {
    expect(render('ガラスの家').wordCount).toBe(3);
  });
});

describe('pictures and links', () => {
  it('are found beside the post, with their size; all but the first are loaded when they are near', () => {
    const { html } = render('![A](./a.png) ![B](./a.png)');
    const picture = (alt: string): string =>
      `<img src="/media/post/a.png" alt="${alt}" width="400" height="300"`;
    expect(html).toContain(`${picture('A')} decoding="async">`);
    expect(html).toContain(`${picture('B')} loading="lazy" decoding="async">`);
  });

  it('offer their variants, unless their author offers others', () => {
    const variants = [480, 960].map((width) => ({ url: `/media/v/${width}.webp`, width }));
    const media = () => ({ width: 1000, height: 500, variants });
    const html = (text: string): string => renderMarkdown(text, { path: 'post', media }).html;
    const offered = 'srcset="/media/v/480.webp 480w, /media/v/960.webp 960w, /media/post/a.png 1000w"';
    expect(html('![A](a.png)')).toContain(`${offered} sizes="(max-width: 42.5rem) 100vw, 40rem"`);
    expect(html('<img src=a.png width=200>')).toContain(`${offered} sizes="min(100vw, 200px)"`);
    expect(html('<img src=a.png srcset="b.png 2x">')).toContain('srcset="/media/post/b.png 2x"');
    expect(renderMarkdown('![A](a.png)', { path: 'post', media }).missingImages).toEqual([]);
  });

  it('are found where the post stood before, and in the blog’s media', () => {
    expect(render('![B](b%20c.png)').html).toContain('src="/media/old/b%20c.png"');
    expect(render('![L](/images/logo.svg)').html).toContain('src="/media/images/logo.svg"');
    expect(render('[N](notes.txt#two)').html).toContain('href="/media/post/notes.txt#two"');
  });

  it('in raw HTML are found too, and scale with the one measure their author gave', () => {
    expect(render("<img height='150' src=a.png>").html).toContain(
      '<img height="150" src="/media/post/a.png" alt="" width="200"',
    );
  });

  it('that are missing are reported as they were written', () => {
    const rendered = render(
      '![x](gone.png) ![y](/no.png) <img src="no/too.gif"> ![z](https://a.example/z.png)',
    );
    expect(rendered.missingImages).toEqual(['gone.png', '/no.png', 'no/too.gif']);
  });

  it('cannot leave the media folder', () => {
    expect(render('![x](../../../../etc/passwd.png)').html).toContain('src="/media/etc/passwd.png"');
  });

  it('to other sites are marked, to this one are made absolute', () => {
    const rendered = render(
      '[a](https://a.example) [b](//b.example) [c](other#x) [d](#e) [f](mailto:x@y.example) [g](/tags)',
    );
    expect(rendered.html.match(/rel="external noopener"/g)?.length).toBe(2);
    expect(rendered.links).toEqual([
      'https://a.example',
      '//b.example',
      '/other#x',
      'mailto:x@y.example',
      '/tags',
    ]);
  });

  it('that are no addresses stay as they were', () => {
    expect(render('<a href="http://[">x</a> <img src="%E0%A4%A">').html).toContain('href="http://["');
  });
});

describe('bare addresses', () => {
  it.each([
    ['https://a.example/x?y=1&z', 'href="https://a.example/x?y=1&amp;z"'],
    ['(see www.a.example/b)', 'href="http://www.a.example/b"'],
    ['me@a.example', '<a href="mailto:me@a.example">me@a.example</a>'],
    ['`https://a.example`', '<p><code>https://a.example</code></p>'],
    ['[https://a.example](/b)', '<p><a href="/b">https://a.example</a></p>'],
    ['lib.rs, example.com and //a.example', '<p>lib.rs, example.com and //a.example</p>'],
  ])('are links as on GitHub: %s', (markdown, html) => {
    expect(render(markdown).html).toContain(html);
  });
});

describe('headings', () => {
  it('that give the same id twice still have one each', () => {
    expect(render('## a {#x}\n\n## b {#x}').headings.map(({ id }) => id)).toEqual(['x', 'x-1']);
  });

  it('with the same words takes linear time', () => {
    const { headings } = render('# a\n'.repeat(20_000));
    expect(headings.at(-1)!.id).toBe('a-19999');
  });
});

describe('what a content security policy refuses', () => {
  it.each([
    ['inline styles', '<p style="color: red" class="a">x</p>', '<p class="a">x</p>'],
    ['handlers', '<p onclick="go()" ONLOAD=x>x</p>', '<p>x</p>'],
    ['scripts', 'a <script>alert("</p>")</script> b', '<p>a  b</p>'],
    ['script addresses', '<a href=" javascript:go()">x</a>', '<p><a>x</a></p>'],
  ])('is left out: %s', (_, markdown, html) => {
    expect(render(markdown).html.trim()).toBe(html);
  });

  it('is left out, so the content of noscript is shown', () => {
    expect(render('<div><noscript><img src="a.png" alt="chart"></noscript></div>').html).toContain(
      '<div><img src="/media/post/a.png" alt="chart"',
    );
  });

  it('is left alone inside code', () => {
    expect(render('`<p style="x">` and\n\n    <script>no()</script>').html).toContain(
      '&lt;script&gt;no()&lt;/script&gt;',
    );
    expect(render('`<p style="x">`').html).toContain('<code>&lt;p style="x"&gt;</code>');
  });
});
