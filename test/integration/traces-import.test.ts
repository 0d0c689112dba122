import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MAX_FORM_BYTES } from '../../src/http/form-body.ts';
import { BlogProcess } from './blog-process.ts';
import { Visitor, type Visit } from './visitor.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';

const IMPORT = '/admin/metrics-dashboard/traces/import';
const PASSWORD = 'amber lantern quietly grows';
const TRACE_ID = 'a'.repeat(32);

/** As an exporter writes them, with a statement each. */
function fileOf(spanCount: number): string {
  const spans = Array.from({ length: spanCount }, (_, index) => ({
    traceId: TRACE_ID,
    spanId: (index + 1).toString(16).padStart(16, '0'),
    name: 'SELECT posts',
    startTimeUnixNano: '1764374400000000000',
    endTimeUnixNano: '1764374400010000000',
    attributes: [
      { key: 'db.query.text', value: { stringValue: 'SELECT "title" FROM "posts"; '.repeat(20) } },
    ],
  }));
  return JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] });
}

describe('the form that imports traces', () => {
  const dataDir = temporaryFolder();
  const owner = new Visitor();
  let blog: BlogProcess;

  beforeAll(async () => {
    blog = await BlogProcess.start(dataDir);
    await blog.ask('/health');
    const [, path = '', token = ''] = /(\/admin\/setup\?token=([\w-]+))/.exec(blog.output)!;
    const fields = { _csrf: await csrfOf(path), token, password: PASSWORD, repeated: PASSWORD };
    expect((await owner.send(`${blog.address}/admin/setup`, { fields })).status).toBe(303);
  });
  afterAll(async () => {
    owner.close();
    await blog.stop();
  });

  async function csrfOf(path: string): Promise<string> {
    const { text } = await owner.send(`${blog.address}${path}`);
    return /name="_csrf" value="([^"]+)"/.exec(text)![1]!;
  }

  async function importFile(otlp: string): Promise<Visit> {
    const fields = { _csrf: await csrfOf(IMPORT), otlp };
    return owner.send(`${blog.address}${IMPORT}`, { fields });
  }

  it('takes 10,000 spans, more than the form of a post may hold', async () => {
    const otlp = fileOf(10_000);
    expect(new URLSearchParams({ otlp }).toString().length).toBeGreaterThan(MAX_FORM_BYTES);
    const { status, headers } = await importFile(otlp);
    expect([status, headers.location]).toEqual([
      303,
      expect.stringMatching(new RegExp(`/traces/imported/${TRACE_ID}$`)),
    ]);
  });

  it('refuses a larger file in words about files', async () => {
    const { status, text } = await importFile('x'.repeat(33 * 1024 * 1024));
    expect(status).toBe(413);
    expect(text).toContain('the limit is 10,000 spans. Split the file.');
    expect(text).not.toContain('post');
  });
});
