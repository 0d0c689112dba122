import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { MAX_UPLOAD_BYTES } from '../../../src/http/upload-body.ts';
import { makePicture } from '../../../src/media/make-picture.ts';
import { UnfinishedMedia } from '../../../src/media/unfinished-media.ts';
import { noisyPicture, phonePhoto, pixelBomb, plainPicture } from '../../fixtures/pictures.ts';
import { until } from '../../fixtures/until.ts';
import { AdminServer, type Visitor } from '../accounts/admin-server.ts';

let server: AdminServer;
let owner: Visitor;
let make = makePicture;
beforeAll(async () => {
  server = await new AdminServer({ maxLockWaitMillis: 0, makePicture: (file) => make(file) }).start();
  owner = await server.owner();
});

const media = (): string => join(server.folder, 'media');
const rows = (): readonly string[] =>
  server.database.prepare<[], string>('SELECT path FROM media ORDER BY path').pluck().all();

/** Files on disk, hidden ones too. */
const files = (): readonly string[] =>
  existsSync(media())
    ? readdirSync(media(), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map(({ parentPath, name }) => join(parentPath, name).slice(media().length + 1))
        .sort()
    : [];

/** Every file has its row, every row its file, and nothing is pending. */
function expectWhole(): void {
  expect(files()).toEqual(rows());
  expect(server.database.prepare('SELECT * FROM unfinished_media').all()).toEqual([]);
}

function fileOf(bytes: Buffer): string {
  const file = join(server.folder, 'source');
  writeFileSync(file, bytes);
  return file;
}

/** As the next start does it. */
const cleanUp = (): void => new UnfinishedMedia(server.database, media()).cleanUp();

afterEach(() => {
  make = makePicture;
  for (const name of rows()) server.media.remove(name);
  expectWhole();
});

const JSON_ONLY = { Accept: 'application/json' };

describe('an upload', () => {
  it('is stored anew under its name, and shown to the owner alone until a post has it', async () => {
    const answer = await owner.upload('/admin/media', {
      name: 'Am Strand (1).HEIC',
      bytes: await phonePhoto(),
    });
    const [picture = '', variant] = rows();
    const page = `/admin/media/file?name=${encodeURIComponent(picture)}`;
    expect([answer.status, answer.headers['location']]).toEqual([303, `${page}&done=uploaded`]);
    expect(picture).toMatch(/^pictures\/am-strand-1-[0-9a-f]{10}\.jpg$/);
    expect(variant).toMatch(/^variants\/[0-9a-f]{24}\/480\.webp$/);
    expectWhole();
    expect(server.media.find(picture)).toMatchObject({ width: 800, height: 1200, contentType: 'image/jpeg' });
    expect((await owner.get(`${page}&done=uploaded`)).text).toContain('The picture was uploaded.');
    const list = (await owner.get('/admin/media')).text;
    expect(list).toContain(picture);
    expect(list).toContain(`src="/media/${variant}"`);
    expect(list.match(/variants\//g)).toHaveLength(1);
    expect((await server.visitor().get(`/media/${picture}`)).status).toBe(404);
    server.posts.create({ title: 'Beach', markdown: `![](/media/${picture})`, status: 'published' });
    const shown = await server.visitor().get(`/media/${picture}`);
    expect([shown.status, shown.headers['content-type']]).toEqual([200, 'image/jpeg']);
    expect(shown.text).not.toMatch(/CANARY|Exif/);
  });

  it('answers a script with Markdown, by the token in a header', async () => {
    const answer = await owner.upload(
      '/admin/media',
      { name: '[a].png', bytes: await plainPicture('png') },
      { parts: {}, headers: { ...JSON_ONLY, 'X-CSRF-Token': owner.csrfToken } },
    );
    expect(answer.status).toBe(200);
    const { markdown, url } = JSON.parse(answer.text);
    expect(url).toMatch(/^\/media\/pictures\/a-[0-9a-f]{10}\.png$/);
    expect(markdown).toBe(`![](${url})`);
  });

  it('of the same bytes is the same picture, with what was written about it', async () => {
    const bytes = await noisyPicture(900, 20);
    await owner.upload('/admin/media', { name: 'one.jpg', bytes });
    const before = rows();
    const again = await owner.upload('/admin/media', { name: 'two.jpg', bytes });
    expect(again.headers['location']).toMatch(/name=pictures%2Fone-[0-9a-f]{10}\.jpg&done=known$/);
    expect(rows()).toEqual(before);
    // Its file was lost meanwhile.
    rmSync(join(media(), before[0]!));
    await owner.upload('/admin/media', { name: 'one.jpg', bytes });
    expect(rows()).toEqual(before);
  });

  it('at the same time as others is stored one after the other', async () => {
    const pictures = await Promise.all([10, 20, 30, 40].map((width) => plainPicture('png', { width })));
    const answers = await Promise.all(
      pictures.map((bytes) => owner.upload('/admin/media', { name: 'a.png', bytes })),
    );
    expect(answers.map(({ status }) => status)).toEqual([303, 303, 303, 303]);
    expect(rows()).toHaveLength(4);
  });
});

describe('a refused upload', () => {
  it.each([
    ['a drawing', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), 415, 'It takes JPEG, PNG'],
    ['nothing', Buffer.alloc(0), 422, 'Choose a picture first'],
  ])('says why, and stores nothing: %s', async (_, bytes, status, sentence) => {
    const answer = await owner.upload('/admin/media', { name: 'a.png', bytes });
    expect([answer.status, answer.text]).toEqual([status, expect.stringContaining(sentence)]);
    expect(answer.text).toContain('aria-invalid="true"');
    const asked = await owner.upload('/admin/media', { name: 'a.png', bytes }, { headers: JSON_ONLY });
    expect([asked.status, JSON.parse(asked.text).error.message]).toEqual([
      status,
      expect.stringContaining(sentence),
    ]);
    expectWhole();
    expect(rows()).toEqual([]);
  });

  it('is one without a file', async () => {
    const answer = await owner.upload('/admin/media', undefined);
    expect([answer.status, answer.text]).toEqual([422, expect.stringContaining('Choose a picture first')]);
  });

  it('is a pixel bomb', async () => {
    const answer = await owner.upload('/admin/media', { name: 'a.png', bytes: await pixelBomb() });
    expect([answer.status, answer.text]).toEqual([422, expect.stringContaining('900 million pixels')]);
  });

  it('is too large, whether it says so or not', async () => {
    const bytes = Buffer.alloc(MAX_UPLOAD_BYTES + 1);
    const said = await owner.upload('/admin/media', { name: 'a.png', bytes });
    expect([said.status, said.text]).toEqual([413, expect.stringContaining('larger than 32 MB')]);
    const streamed = await owner.upload(
      '/admin/media',
      { name: 'a.png', bytes },
      { headers: { ...JSON_ONLY, 'Transfer-Encoding': 'chunked' } },
    );
    expect([streamed.status, JSON.parse(streamed.text).error.message]).toEqual([
      413,
      'The file is larger than 32 MB',
    ]);
    expectWhole();
  });

  it('has no token, one that comes too late, or a session that ended: nothing of it reaches the disk', async () => {
    const bytes = await plainPicture('png');
    const file = { name: 'a.png', bytes };
    expect((await owner.upload('/admin/media', file, { parts: {} })).status).toBe(403);
    expect((await owner.upload('/admin/media', file, { parts: { _csrf: 'old.token' } })).status).toBe(403);
    const boundary = 'x';
    const late = `--x\r\nContent-Disposition: form-data; name="picture"; filename="a.png"\r\n\r\n${'x'.repeat(100)}\r\n--x\r\nContent-Disposition: form-data; name="_csrf"\r\n\r\n${owner.csrfToken}\r\n--x--\r\n`;
    const answer = await server.ask('/admin/media', {
      method: 'POST',
      headers: {
        Cookie: owner.cookieHeader,
        Origin: server.origin,
        'Content-Type': `multipart/form-data; boundary=${boundary}`,
      },
      body: late,
    });
    expect(answer.status).toBe(403);
    const stranger = server.visitor();
    stranger.csrfToken = owner.csrfToken;
    expect((await stranger.upload('/admin/media', file)).status).toBe(403);
    expect(
      (await owner.upload('/admin/media', file, { headers: { Origin: 'https://evil.example' } })).status,
    ).toBe(403);
    expect(existsSync(join(media(), '.uploads')) ? readdirSync(join(media(), '.uploads')) : []).toEqual([]);
    expect(rows()).toEqual([]);
  });

  it.each([
    ['of another type', 'text/plain', 'x', 415],
    ['without a boundary', 'multipart/form-data', 'x', 400],
    [
      'that ends early',
      'multipart/form-data; boundary=x',
      '--x\r\nContent-Disposition: form-data; name="a',
      400,
    ],
    [
      'whose file ends early',
      'multipart/form-data; boundary=x',
      '--x\r\nContent-Disposition: form-data; name="picture"; filename="a.png"\r\n\r\nabc',
      400,
    ],
  ])('is a form %s', async (_, type, body, status) => {
    const answer = await server.ask('/admin/media', {
      method: 'POST',
      headers: {
        Cookie: owner.cookieHeader,
        Origin: server.origin,
        'Content-Type': type,
        'X-CSRF-Token': owner.csrfToken,
      },
      body,
    });
    expect(answer.status).toBe(status);
    expectWhole();
  });

  it('leaves nothing if its client goes away', async () => {
    const { hostname, port } = new URL(server.origin);
    const outgoing = request({
      hostname,
      port,
      path: '/admin/media',
      method: 'POST',
      headers: {
        Cookie: owner.cookieHeader,
        Origin: server.origin,
        'Content-Type': 'multipart/form-data; boundary=x',
        'X-CSRF-Token': owner.csrfToken,
        'Content-Length': '100000',
      },
    });
    outgoing.on('error', () => {});
    outgoing.write(
      '--x\r\nContent-Disposition: form-data; name="picture"; filename="a.png"\r\n\r\nabcdefgh'.repeat(2),
    );
    await until(files, (there) => there.length > 0);
    outgoing.destroy();
    await until(files, (there) => there.length === 0);
    expectWhole();
  });
});

describe('a disk that takes nothing', () => {
  it('is said, and nothing is stored', async () => {
    make = () => Promise.reject(Object.assign(new Error('no space left on device'), { code: 'ENOSPC' }));
    const file = { name: 'a.png', bytes: await plainPicture('png') };
    const answer = await owner.upload('/admin/media', file);
    expect([answer.status, answer.text]).toEqual([507, expect.stringContaining('Free some space')]);
    const asked = await owner.upload('/admin/media', file, { headers: JSON_ONLY });
    expect(JSON.parse(asked.text).error.message).toBe('Not saved: the disk is full');
    expectWhole();
  });

  it('is said if it fails in the midst of the files', async () => {
    const { picture } = await makePicture(fileOf(await noisyPicture(600, 10)));
    make = () => Promise.resolve({ picture, variants: [picture] });
    // In place of the folder.
    rmSync(join(media(), 'pictures'), { recursive: true, force: true });
    writeFileSync(join(media(), 'pictures'), '');
    const answer = await owner.upload('/admin/media', { name: 'a.png', bytes: picture.bytes });
    expect(answer.status).toBe(500);
    rmSync(join(media(), 'pictures'));
    expect(files()).toEqual([]);
    cleanUp();
    expectWhole();
    expect(rows()).toEqual([]);
  });

  it('is a database that is full', async () => {
    const pages = Number(server.database.pragma('page_count', { simple: true }));
    server.database.pragma(`max_page_count = ${pages}`);
    const answers: number[] = [];
    // The last page has room for some rows.
    for (let width = 1; width <= 60 && !answers.includes(507); width++) {
      const bytes = await plainPicture('png', { width });
      answers.push((await owner.upload('/admin/media', { name: `${'n'.repeat(70)}.png`, bytes })).status);
    }
    server.database.pragma('max_page_count = 1000000');
    expect(answers).toContain(507);
    cleanUp();
    expectWhole();
  });
});

describe('after a kill', () => {
  it('the next start removes files that got no row, and finishes what was being removed', async () => {
    await owner.upload('/admin/media', { name: 'kept.jpg', bytes: await noisyPicture(600, 10) });
    const before = rows();
    const unfinished = new UnfinishedMedia(server.database, media());
    // Killed after some files were renamed into place.
    unfinished.begin(['pictures/lost.jpg', 'variants/abc/480.webp', before[0]!]);
    for (const folder of ['variants/abc', '.uploads']) mkdirSync(join(media(), folder), { recursive: true });
    writeFileSync(join(media(), 'pictures/lost.jpg'), 'x');
    writeFileSync(join(media(), '.uploads/half'), 'x');
    cleanUp();
    expect(rows()).toEqual(before);
    expect(readFileSync(join(media(), before[0]!)).length).toBeGreaterThan(0);
    cleanUp();
    expectWhole();
  });
});
