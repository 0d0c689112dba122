import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from '@jest/globals';
import sharp from 'sharp';
import { createWhenUnlocked } from '../../../src/db/when-unlocked.ts';
import { mediaDigest } from '../../../src/media/media-digest.ts';
import { Pictures } from '../../../src/media/pictures.ts';
import { importPosts } from '../../../src/posts/import/import-posts.ts';
import { renewPictures } from '../../../src/posts/renew-pictures.ts';
import { StaleRenders } from '../../../src/posts/stale-renders.ts';
import { noisyPicture, phonePhoto, plainPicture } from '../../fixtures/pictures.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';
import { draft, temporaryBlog, type TemporaryBlog } from '../temporary-blog.ts';

let blog: TemporaryBlog;
let source: string;
beforeEach(() => {
  blog = temporaryBlog();
  source = temporaryFolder();
});

const log = { info() {}, warn() {} };
const picturesOf = (isImport = true): Pictures =>
  new Pictures(blog.database, {
    media: blog.media,
    folder: join(blog.folder, 'media'),
    whenUnlocked: createWhenUnlocked(),
    isImport,
  });
const renew = (options: { readonly stale?: StaleRenders } = {}): Promise<void> =>
  renewPictures({ ...blog, pictures: picturesOf(), log, ...options });
const rows = (): readonly string[] =>
  blog.database.prepare<[], string>('SELECT path FROM media ORDER BY path').pluck().all();
const all = (): string =>
  JSON.stringify(
    ['posts', 'media', 'imported_posts', 'media_uses'].map((table) =>
      blog.database.prepare(`SELECT * FROM ${table} ORDER BY 1, 2`).all(),
    ),
  );

/** A tree of one post that shows these pictures. */
function tree(pictures: Readonly<Record<string, Buffer>>): void {
  const names = Object.keys(pictures);
  const shown = names.map((name) => `![](/${name})`).join('\n');
  mkdirSync(join(source, 'static'), { recursive: true });
  mkdirSync(join(source, 'content'), { recursive: true });
  writeFileSync(join(source, 'content/one.md'), `---\ntitle: One\ndate: 2026-03-01\n---\n\n${shown}\n`);
  for (const name of names) writeFileSync(join(source, 'static', name), pictures[name]!);
}

async function importTree(): Promise<readonly number[]> {
  const { imported, updated, unchanged, mediaFiles } = importPosts(source, blog);
  await renew();
  return [imported, updated, unchanged, mediaFiles];
}

const htmlOf = (): string => blog.database.prepare<[], string>('SELECT html FROM posts').pluck().get()!;

describe('pictures of an import', () => {
  it.each([1, 2, 3])('stay away if the owner removed them before write %d', async (removedAt) => {
    blog.media.put('wide.jpg', await noisyPicture(1000, 20));
    let writes = 0;
    const pictures = new Pictures(blog.database, {
      media: blog.media,
      folder: join(blog.folder, 'media'),
      whenUnlocked: async (write) => {
        if (++writes === removedAt) blog.media.remove('wide.jpg');
        return write();
      },
    });
    for (const pending of pictures.pending()) await pictures.complete(pending, () => {});
    expect(rows()).toEqual([]);
    const left = readdirSync(join(blog.folder, 'media'), { recursive: true, encoding: 'utf8' });
    expect(left.filter((name) => /\.\w+$/.test(name) && !name.startsWith('.'))).toEqual([]);
  });

  it('get variants, which the posts then show, and lose hidden facts; a second run changes nothing', async () => {
    const wide = await noisyPicture(1000, 20);
    tree({ 'photo.jpg': await phonePhoto(), 'wide.jpg': wide });
    expect(await importTree()).toEqual([1, 0, 0, 2]);
    const photo = blog.media.find('photo.jpg')!;
    expect(photo).toMatchObject({ width: 800, height: 1200 });
    const bytes = readFileSync(photo.file);
    expect(bytes.toString('latin1')).not.toMatch(/CANARY|Exif/);
    expect(mediaDigest(bytes)).toBe(photo.sha256);
    // It has nothing to hide.
    expect(readFileSync(blog.media.find('wide.jpg')!.file)).toEqual(wide);
    const folder = `variants/${mediaDigest(wide).slice(0, 24)}`;
    expect(rows()).toEqual(
      [
        'photo.jpg',
        `variants/${photo.sha256.slice(0, 24)}/480.webp`,
        `${folder}/480.webp`,
        `${folder}/960.webp`,
        'wide.jpg',
      ].sort(),
    );
    expect(htmlOf()).toContain(
      `<img src="/media/wide.jpg" alt="" width="1000" height="20" srcset="/media/${folder}/480.webp 480w, /media/${folder}/960.webp 960w, /media/wide.jpg 1000w" sizes="(max-width: 42.5rem) 100vw, 40rem" loading="lazy" decoding="async">`,
    );
    expect(htmlOf()).toMatch(
      /<img src="\/media\/photo\.jpg" alt="" width="800" height="1200" srcset="[^"]+" sizes="[^"]+" decoding="async">/,
    );
    const before = all();
    expect(await importTree()).toEqual([0, 0, 1, 0]);
    expect(all()).toBe(before);
  });

  it('that have the same bytes share their variants, until the last one is gone', async () => {
    const bytes = await noisyPicture(600, 10);
    tree({ 'a.jpg': bytes, 'b.jpg': bytes });
    await importTree();
    expect(rows()).toHaveLength(3);
    blog.media.remove('a.jpg');
    expect(rows()).toHaveLength(2);
    blog.media.remove('b.jpg');
    expect(rows()).toEqual([]);
  });

  it('that have other bytes by now get other variants, and the old ones go', async () => {
    tree({ 'a.jpg': await noisyPicture(600, 10) });
    await importTree();
    const before = rows();
    tree({ 'a.jpg': await noisyPicture(700, 12) });
    writeFileSync(
      join(source, 'content/one.md'),
      `${readFileSync(join(source, 'content/one.md'), 'utf8')}\nMore.`,
    );
    expect(await importTree()).toEqual([0, 1, 0, 1]);
    expect(rows()).toHaveLength(2);
    expect(rows()).not.toEqual(before);
    expect(htmlOf()).toContain(rows()[1]);
    for (const name of rows())
      expect(readFileSync(join(blog.folder, 'media', name)).length).toBeGreaterThan(0);
  });

  it('that cannot be decoded stay as they are', async () => {
    tree({ 'broken.jpg': Buffer.from('none'), 'fine.png': await plainPicture('png') });
    await importTree();
    expect(readFileSync(blog.media.find('broken.jpg')!.file, 'utf8')).toBe('none');
    expect(picturesOf().pending()).toEqual([]);
  });

  it('keep their format and name, AVIF too', async () => {
    const avif = await sharp(await plainPicture('png'))
      .withExif({ IFD0: { Model: 'CANARY' } })
      .avif()
      .toBuffer();
    tree({ 'a.avif': avif });
    await importTree();
    const { file } = blog.media.find('a.avif')!;
    expect(await sharp(file).metadata()).toMatchObject({ format: 'heif', width: 40 });
    expect(readFileSync(file).includes('CANARY')).toBe(false);
  });

  it('whose new bytes a killed process wrote without their row get it from the next run', async () => {
    tree({ 'photo.jpg': await phonePhoto() });
    importPosts(source, blog);
    const { file, sha256 } = blog.media.find('photo.jpg')!;
    const clean = await sharp(readFileSync(file)).autoOrient().jpeg().toBuffer();
    writeFileSync(file, clean);
    await renew();
    expect(blog.media.find('photo.jpg')).toMatchObject({ sha256: mediaDigest(clean), width: 800 });
    // Its source is still known.
    expect(sha256).toBe(mediaDigest(readFileSync(join(source, 'static/photo.jpg'))));
    expect(await importTree()).toEqual([0, 0, 1, 0]);
  });
});

describe('pictures from before there were variants', () => {
  it('get theirs and keep their bytes', async () => {
    const bytes = await phonePhoto();
    blog.media.put('old.jpg', bytes);
    blog.database.exec('UPDATE media SET made_by = -1');
    const { id } = blog.posts.create(draft({ markdown: '![](/media/old.jpg)' }));
    await renewPictures({ ...blog, pictures: picturesOf(false), log });
    expect(readFileSync(blog.media.find('old.jpg')!.file)).toEqual(bytes);
    expect(blog.posts.byId(id)!.html).toMatch(
      /variants\/[0-9a-f]{24}\/480\.webp 480w, \/media\/old\.jpg 800w/,
    );
    expect(blog.media.list().map(({ path }) => path)).toEqual(['old.jpg']);
  });

  it('wait for the next start if this one ends', async () => {
    blog.media.put('old.png', await plainPicture('png'));
    const stale = new StaleRenders(blog.database, { posts: blog.posts, log });
    stale.stop();
    await renew({ stale });
    expect(picturesOf().pending()).toHaveLength(1);
  });

  it('are not looked for where the file is gone', async () => {
    rmSync(blog.media.put('old.png', await plainPicture('png')).media.file);
    await renew();
    expect(rows()).toEqual(['old.png']);
  });
});
