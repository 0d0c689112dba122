import { describe, expect, it } from '@jest/globals';
import { composeCss } from '../../../src/site/composed-css.ts';

const address = (name: string): string => `/assets/hashed/${name}`;

describe('composeCss', () => {
  it('inlines imports once and hashes addresses', () => {
    const files: Record<string, string> = {
      'site.css': "@import './tokens.css';\n@import url('more/code.css');\na { color: red }",
      'tokens.css': '/* why */ b { src: url(fonts/x.woff2) }',
      'more/code.css': "@import '../tokens.css'; i { background: url('leaf.svg') }",
    };
    const css = composeCss('site.css', (name) => files[name], address);
    expect(css).not.toContain('@import');
    expect(css).not.toContain('why');
    expect(css.match(/b \{/g)).toHaveLength(1);
    expect(css).toContain('url("/assets/hashed/fonts/x.woff2")');
    expect(css).toContain('url("/assets/hashed/more/leaf.svg")');
    expect(css.indexOf('b {')).toBeLessThan(css.indexOf('a {'));
  });

  it('puts an import into the layer that it names', () => {
    const files: Record<string, string> = {
      'site.css':
        "@layer base, parts;\n@import './parts.css' layer(parts);\n@import 'parts.css' layer(base);",
      'parts.css': 'a { color: red }',
    };
    const css = composeCss('site.css', (name) => files[name], address);
    expect(css).toBe('@layer base, parts;\n@layer parts {\na { color: red }\n}');
  });

  it('leaves data, fragment and absolute addresses alone', () => {
    const source = 'a { b: url(data:image/png;base64,xx); c: url(#d); e: url(/media/f.png) }';
    expect(composeCss('x.css', () => source, address)).toBe(source);
  });

  it('names the missing file and the importing one', () => {
    const files: Record<string, string> = { 'a.css': "@import 'b.css';" };
    expect(() => composeCss('a.css', (name) => files[name], address)).toThrow(
      'stylesheet a.css: imported file b.css does not exist',
    );
  });
});
