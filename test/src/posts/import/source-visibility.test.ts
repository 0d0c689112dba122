import { describe, expect, it } from '@jest/globals';
import { parseFrontMatter } from '../../../../src/posts/import/front-matter.ts';
import { readPost } from '../../../../src/posts/import/read-post.ts';

const NOW = Date.UTC(2026, 10, 29);
const read = (lines: string, relative = 'posts/glass.md') =>
  readPost(parseFrontMatter(`---\ntitle: A\ndate: 2026-01-01\n${lines}\n---\nText.`, relative), relative, {
    nowMillis: NOW,
  });

/** The importer asks whether a source is surely public, not whether it is surely a draft. */
describe('a source', () => {
  it.each([
    '',
    'draft: false',
    'draft: no',
    'Draft: Off',
    'draft: 0',
    'draft: "false"',
    'published: true',
    'published: 2025-12-31',
    'embargo_until: 2026-02-01',
    'status: publish',
    'status: Published',
    'visibility: public',
    'private: false',
    'hidden: no',
    'build:\n  list: always',
    'publishDate: 2026-02-01',
    'hide: [toc, navigation]',
    'slug: draft',
    'live: https://demo.example/',
    'show: menu',
    'active: true',
    'archived: false',
    'ignore: [a, b]',
    'expiryDate: 2027-01-01',
  ])('is published with “%s”', (lines) => {
    expect(read(lines).draft.status).toBe('published');
  });

  it.each([
    'draft: false\nDraft: true',
    'DRAFT: true\ndraft: false',
    'draft: false\nextra:\n  draft: true',
    'meta:\n  draft: true',
    'is_draft: true',
    'deleted: true',
    'archived: yes',
    'internal: 1',
    'login_required: on',
    'show: false',
    'live: no',
    'embargo: until we know',
    'isPublished: false',
    'publish: false',
    'hide: true',
    'protected: true',
    'passphrase: abc',
    'state: draft',
    'access: private',
    'expiry: 2026-01-02',
    'draft: true',
    'draft: yes',
    'draft: On',
    'draft: "true"',
    'draft: 1',
    'Draft: true',
    'DRAFT: YES',
    'published: no',
    'published: off',
    'Published: false',
    'private: true',
    'headless: true',
    'password: abc',
    'status: draft',
    'status: private',
    'status: Pending',
    'visibility: members',
    'post_status: trash',
    'build:\n  render: never',
    '_build:\n  render: false',
    'render: false',
    'permalink: false',
    'extra:\n  private: true',
    'params:\n  Draft: true',
    'expiryDate: 2026-01-02',
    'Expires: "2026-01-02 10:00"',
  ])('is a draft with “%s”', (lines) => {
    expect(read(lines).draft.status).toBe('draft');
  });

  it.each([
    'hidden: true',
    'unlisted: yes',
    'build:\n  list: never',
    '_build:\n  list: local',
    'visibility: unlisted',
    'eleventyExcludeFromCollections: true',
  ])('is unlisted with “%s”', (lines) => {
    expect(read(lines).draft.status).toBe('unlisted');
  });

  it.each([
    ['draft: perhaps', 'draft: "perhaps" is not understood: imported as a draft'],
    ['draft:', 'draft: null is not understood: imported as a draft'],
    ['published: sometimes', 'published: "sometimes" is not understood: imported as a draft'],
    ['status: reviewed', 'status: "reviewed" is not understood: imported as a draft'],
    ['publishDate: next week', 'publishDate: "next week" is not understood: imported as a draft'],
    ['expiryDate: soon', 'expiryDate: "soon" is not understood: imported as a draft'],
    ['build: never', 'build: "never" is not understood: imported as a draft'],
    ['expiryDate: 2026-01-02', 'expiryDate has passed: imported as a draft'],
  ])('with “%s” says why it is a draft', (lines, note) => {
    expect(read(lines)).toMatchObject({ draft: { status: 'draft' }, notes: [note] });
  });

  it('is a draft when its own date is not understood as a whole', () => {
    const front = parseFrontMatter('---\ntitle: A\ndate: 2026-01-01 about noon\n---\nText.', 'a.md');
    expect(readPost(front, 'a.md', { nowMillis: NOW })).toMatchObject({
      draft: { status: 'draft' },
      notes: ['date: "2026-01-01 about noon" is not understood: imported as a draft'],
    });
  });

  it('appears at the later of its dates', () => {
    const post = read('publishDate: 2027-03-01');
    expect(post.draft).toMatchObject({ status: 'published', publishedAtMillis: Date.UTC(2027, 2, 1) });
  });

  it.each([
    'published: 2099-01-01',
    'embargo_until: 2099-01-01',
    'go-live: 2099-01-01',
    'publish-date: 2099-01-01',
    'PublishDate: "2099-01-01"',
  ])('with “%s” waits for its day', (lines) => {
    expect(read(lines).draft).toMatchObject({
      status: 'published',
      publishedAtMillis: Date.UTC(2099, 0, 1),
    });
  });

  it.each([
    '_drafts/glass.md',
    'blog/_drafts/glass.md',
    'drafts/glass.md',
    '_private/glass.md',
    'posts/_glass.md',
  ])('in %s is a draft', (relative) => {
    expect(read('', relative).draft.status).toBe('draft');
  });
});
