import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const code = ['src', 'otel'].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.[cm]?[jt]s$/.test(name))
    .map((name) => {
      const text = readFileSync(join(ROOT, folder, name), 'utf8');
      return { path: `${folder}/${name}`, code: text.replace(/^\s*\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '') };
    }),
);

/** `path: what was found`, in order. */
function found(pattern: RegExp): string[] {
  return code.flatMap(({ path, code: text }) =>
    [...text.matchAll(pattern)].map((match) => `${path}: ${match[1] ?? match[0]}`),
  );
}

describe('no file of the blog', () => {
  it('is left out of this test', () => expect(code.length).toBeGreaterThan(300));

  it('evaluates text as code', () => {
    expect(found(/\beval\(|\bnew Function\b|\bFunction\(|['"]node:vm['"]|setTimeout\(['"`]/g)).toEqual([]);
  });

  it('starts a program, but for the demo, which starts itself', () => {
    expect(found(/import \{ (.*) \} from 'node:child_process'/g)).toEqual(['src/demo/main.ts: fork']);
    expect(found(/child_process/g)).toHaveLength(1);
  });

  it('reads XML: feeds are only written', () => {
    expect(found(/import \{ (.*) \} from 'feedsmith'/g)).toEqual([
      'src/site/feeds/feed-format.ts: generateAtomFeed, generateJsonFeed, generateRssFeed',
    ]);
    expect(found(/'(?:[^']*[/-])?(?:xml2js|fast-xml-parser|libxmljs|sax|xmldom)'/g)).toEqual([]);
  });

  it('encrypts, or uses a hash weaker than SHA-2 for security', () => {
    expect(found(/\b(?:create(?:Cipher|Decipher)(?:iv)?|publicEncrypt|privateDecrypt)\b/g)).toEqual([]);
    const weak = found(/create(?:Hash|Hmac)\('(?!sha(?:256|384|512)')(\w+)'/g);
    // A validator of a page's bytes, and the name-based UUID of RFC 9562, which is made of SHA-1.
    expect(weak).toEqual(['src/http/fresh-response.ts: sha1', 'src/posts/feed-id.ts: sha1']);
  });

  it('draws a secret from anything but node:crypto', () => {
    expect(found(/Math\.random/g).filter((each) => each.startsWith('src/'))).toEqual([]);
  });

  it('builds a statement from input: only from constants and its own lists of names', () => {
    const parts = code.flatMap(({ path, code: text }) =>
      path.startsWith('src/')
        ? [...text.matchAll(/`[^`]*\b(?:SELECT|INSERT INTO|UPDATE|DELETE FROM)\b[^`]*`/g)].flatMap(
            ([statement]) =>
              [...statement.matchAll(/\$\{((?:[^{}]|\{[^{}]*\})*)\}/g)]
                .map((match) => match[1]!)
                .filter((part) => !/^[A-Z_]+$/.test(part))
                .map((part) => `${path}: ${part}`),
          )
        : [],
    );
    // Each made of literals of its own file; what a request said is bound.
    expect([...new Set(parts)].sort()).toEqual([
      'src/backup/make-backup.ts: table',
      'src/posts/admin-listing.ts: conditions',
      "src/posts/admin-listing.ts: sums.join(', ')",
      "src/posts/post-listings.ts: edges('post_tags')",
      "src/posts/post-listings.ts: edges('posts')",
    ]);
  });
});

describe('a file that replaces a package', () => {
  it.each([
    'accounts/cross-site.ts',
    'accounts/protect-forms.ts',
    'accounts/session-store.ts',
    'accounts/sign-in-throttle.ts',
    'http/byte-bounded-cache.ts',
    'http/byte-range.ts',
    'http/compression.ts',
    'observatory/draw/table.ts',
    'observatory/transfer/curl-command.ts',
    'observatory/transfer/har.ts',
    'posts/import/front-matter.ts',
  ])('says why it does so: src/%s', (name) => {
    expect(readFileSync(join(ROOT, 'src', name), 'utf8')).toMatch(/^\/\/ No library: .{40,}\.$/m);
  });
});
