import { describe, expect, it } from '@jest/globals';
import { renderMarkdown } from '../../../../src/posts/markdown/markdown.ts';

const render = (markdown: string): string => renderMarkdown(markdown, { path: 'post' }).html;

/** One list for every text, whoever wrote it: feeds carry it to readers that have no content security policy. */
describe('HTML in a post', () => {
  it.each([
    ['<meta http-equiv="refresh" content="0;url=https://evil.example">', /meta|refresh/],
    ['<base href="https://evil.example/">', /base/],
    ['<link rel="stylesheet" href="https://evil.example/x.css">', /<link/],
    [
      '<form action="https://evil.example"><input name="a"><button>Go</button></form>',
      /form|button|name="a"/,
    ],
    ['<iframe srcdoc="<script>x()</script>"></iframe>', /iframe|srcdoc|script/],
    ['<script>x()</script>', /script|x\(\)/],
    ['<style>body{display:none}</style>', /style|display/],
    ['<object data="x.swf"></object><embed src="x.swf">', /object|embed/],
    ['<p x="a"onclick="x()">a</p>', /onclick|x\(\)/],
    ['<p onclick=x()>a</p>', /onclick/],
    ['<img src=x onerror="x()">', /onerror/],
    ['<img/src="x"/onerror=x()>', /<img[^>]*onerror/],
    ['<a href="javascript:x()">a</a>', /javascript/i],
    ['<a href="&#106;avascript:x()">a</a>', /javascript|&#106;/i],
    ['<a href="java&#9;script:x()">a</a>', /script/i],
    ['<a href="JaVaScRiPt&colon;x()">a</a>', /javascript/i],
    ['<a href=" &#14; javascript:x()">a</a>', /javascript/i],
    ['<a href="data:text/html,<script>x()</script>">a</a>', /data:text/],
    ['<svg><script>x()</script><a xlink:href="javascript:x()">a</a></svg>', /script|xlink/i],
    ['<math><a href="javascript:x()">a</a></math>', /javascript/],
    ['<video src="javascript:x()" poster="javascript:x()"></video>', /javascript/],
    ['<!-- <form action="https://evil.example"> --><p>a</p>', /form/],
    ['<textarea><img src=x onerror=x()></textarea>', /textarea|onerror/],
    ['<noscript><p title="</noscript><img src=x onerror=x()>">', /onerror=x\(\)>/],
    ['<p style="position:fixed">a</p>', /style/],
  ])('never leaves with %s', (markdown, forbidden) => {
    expect(render(markdown)).not.toMatch(forbidden);
    expect(render(`Text before.\n\n${markdown}\n\nText after.`)).toMatch(/Text before[^]*Text after/);
  });

  it.each([
    '<details><summary>More</summary><p>Text</p></details>',
    '<p dir="rtl" lang="he">\u05e9\u05dc\u05d5\u05dd</p>',
    '<figure><figcaption>Caption</figcaption></figure>',
    '<kbd>Ctrl</kbd>',
    '<abbr title="HyperText">HTML</abbr>',
    '<ruby>\u6f22<rt>kan</rt></ruby>',
  ])('keeps %s', (markdown) => {
    expect(render(markdown).trim()).toContain(markdown);
  });

  it('reads every character reference, in text and in attributes', () => {
    const html = render(
      '<img src="a.png" alt="Caf&eacute; &#8211; &#x41;"> <a href="/x?a=1&#38;b=2" title="&copy;">x</a>',
    );
    expect(html).toContain('alt="Caf\u00e9 \u2013 A"');
    expect(html).toContain('href="/x?a=1&amp;b=2"');
    expect(html).toContain('title="\u00a9"');
    expect(renderMarkdown('Text&hellip; &NotEqualTilde; &amp;amp;', { path: 'p' }).text).toBe(
      'Text\u2026 \u2242\u0338 &amp;',
    );
  });

  it('replaces frames, plug-ins and gists by links, and no other script', () => {
    const link = (text: string): string | undefined =>
      /<a [^>]*class="embed" (href="[^"]+">[^<]+)</.exec(render(text))?.[1];
    expect(render('<iframe src="https://video.example/1" title="A film">No frames</iframe>').trim()).toBe(
      '<a rel="external noopener" class="embed" href="https://video.example/1">A film (video.example)</a>',
    );
    expect(link('<iframe src="https://a.example" title="&quot;<b>">\n</iframe>')).toBe(
      'href="https://a.example/">&quot;&lt;b&gt; (a.example)',
    );
    expect(link('<object><embed src="https://www.youtube.com/v/abc"></object>')).toBe(
      'href="https://www.youtube.com/watch?v=abc">Video on YouTube',
    );
    expect(link('<script src="https://gist.github.com/ada/0123abc.js">x()</script>')).toBe(
      'href="https://gist.github.com/ada/0123abc">Gist on GitHub',
    );
    expect(
      render('<script src="https://cdn.example/x.js">x()</script><iframe src="/local"></iframe>').trim(),
    ).toBe('');
  });
});

describe('a bare address', () => {
  it('is a link in text, and none in code or where there is one', () => {
    const html = render(
      'See https://glass.example/a?b=1, `https://code.example` and [a https://in.example](https://out.example).',
    );
    expect(html).toContain(
      '<a rel="external noopener" href="https://glass.example/a?b=1">https://glass.example/a?b=1</a>,',
    );
    expect(html).toContain('<code>https://code.example</code>');
    expect(html.match(/<a /g)).toHaveLength(2);
  });

  it('needs a scheme: a word with a dot is not a link', () => {
    expect(render('Node.js and read.me, glass.example')).not.toContain('<a ');
  });
});

describe('a column of a table', () => {
  it('is aligned by a class, because the policy allows no style attribute', () => {
    const html = render('| a | b | c |\n|:--|:-:|--:|\n| 1 | 2 | 3 |');
    expect([...html.matchAll(/<t[hd] class="(align-\w+)"/g)].map(([, name]) => name)).toEqual([
      'align-left',
      'align-center',
      'align-right',
      'align-left',
      'align-center',
      'align-right',
    ]);
    expect(html).not.toContain('style=');
  });

  it('keeps its side whatever else its style says, as other blocks do', () => {
    expect(render('<table><tr><td style="color: red; TEXT-ALIGN :Right ;">1</td></tr></table>')).toContain(
      '<td class="align-right">',
    );
    expect(render('<p class="a" style="text-align:center">b</p>')).toContain('<p class="a align-center">');
    expect(render('<p style="x-text-align: center">b</p>')).toContain('<p>b');
  });
});

describe('a table', () => {
  it('scrolls by itself, whether it was written as Markdown or as HTML, also one in another', () => {
    const html = render('| a |\n|---|\n| 1 |\n\n<table id="x"><tr><td><table></table></td></tr></table>');
    expect(html.match(/<div class="table-scroll" tabindex="0"><table[ >]/g)).toHaveLength(3);
    expect(html.match(/<\/table><\/div>/g)).toHaveLength(3);
  });
});

describe('a picture', () => {
  it.each(['![a](a.png)', '[![a](a.png)](/b)'])('%s is alone in its paragraph', (markdown) => {
    expect(render(markdown)).toMatch(/^<p class="picture">/);
  });

  it.each(['![a](a.png) and words', '- ![a](a.png)', '![a](a.png) ![b](b.png)'])(
    '%s stands in a line',
    (markdown) => {
      expect(render(markdown)).not.toContain('class="picture"');
    },
  );
});

describe('the link of a heading to itself', () => {
  it('has a name and no text: it is no part of what was written', () => {
    expect(render('## One')).toMatch(
      /<h2 id="one">One <a class="heading-anchor" href="#one" aria-label="[^"]+"><\/a><\/h2>/,
    );
  });
});
