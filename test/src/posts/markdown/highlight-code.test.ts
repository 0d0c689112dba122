import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { CODE_CLASSES } from '../../../../src/posts/markdown/code-classes.ts';
import { grammarOf, highlightCode } from '../../../../src/posts/markdown/highlight-code.ts';
import { renderMarkdown } from '../../../../src/posts/markdown/markdown.ts';

describe('highlightCode', () => {
  it('marks code by classes, never by styles', () => {
    const html = highlightCode('fn main() {} // <x>\n', 'rust');
    expect(html).toBe(
      '<span class="hl-keyword">fn </span><span class="hl-function">main</span>() {} <span class="hl-comment">// &lt;x&gt;</span>\n',
    );
  });

  it.each([
    ['rust,ignore', 'rust'],
    ['rust ignore', 'rust'],
    ['Rust', 'rust'],
    ['rs', 'rust'],
    ['rust{1,2}', 'rust'],
    ['cargo', 'toml'],
    ['', undefined],
    ['text', undefined],
    ['brainfuck', undefined],
    ['constructor', undefined],
    ['../../secret', undefined],
  ])('reads the fence word %o as %o', (info, grammar) => {
    expect(grammarOf(info)).toBe(grammar);
  });

  it('leaves operators plain', () => {
    expect(highlightCode('x = y', 'rust')).toBe('x = y');
  });

  it('only escapes what it does not know', () => {
    expect(highlightCode('<b> & "x"', 'klingon')).toBe('&lt;b&gt; &amp; &quot;x&quot;');
  });

  it('shows very long code plain, at once', () => {
    const code = 'fn x() {} '.repeat(20_000);
    expect(highlightCode(code, 'rust')).toBe(code);
  });

  it.each([
    'bash',
    'c',
    'console',
    'css',
    'diff',
    'go',
    'html',
    'js',
    'json',
    'python',
    'sql',
    'toml',
    'ts',
    'yaml',
  ])('has a grammar for %s', (language) => {
    expect(highlightCode('a = "b"\n', language).replace(/<[^>]*>/g, '')).toBe('a = &quot;b&quot;\n');
  });

  it('keeps the language for styles and readers of the page', () => {
    const { html } = renderMarkdown('```rust,ignore\nlet x;\n```\n\n```a"b\nx\n```', { path: 'p' });
    expect(html).toContain('<pre tabindex="0" dir="ltr"><code class="language-rust">');
    expect(html).toContain('<code class="language-a&quot;b">x\n</code>');
  });

  it('uses only classes that the stylesheet colours', () => {
    const css = readFileSync(new URL('../../../../src/public/code.css', import.meta.url), 'utf8');
    expect(CODE_CLASSES.filter(({ name }) => !css.split(/[\s,]+/).includes(`.${name}`))).toEqual([]);
  });
});
