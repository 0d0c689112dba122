import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { MetricsDocument } from '../../src/observatory/facts/metrics-document.ts';
import { BlogProcess, TOKEN } from './blog-process.ts';
import { pageDocument } from './page-document.ts';
import { becomeOwner } from './signed-in-owner.ts';
import type { Visit, Visitor } from './visitor.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';

const BASE = '/admin/metrics-dashboard';
const FORM = `${BASE}/sampling/change`;

interface Sampling {
  readonly facts: {
    readonly audit: { readonly sampled: number; readonly alarms: readonly unknown[] };
    readonly live: {
      readonly lasts: boolean;
      readonly settings: readonly {
        readonly name: string;
        readonly value: string;
        readonly source: string;
      }[];
      readonly changes: readonly {
        readonly who: string;
        readonly changes: readonly { readonly name: string; readonly from: string; readonly to: string }[];
      }[];
    };
  };
}

/** The owner in front of the form. */
class OwnerClient {
  readonly #visitor: Visitor;
  readonly blog: BlogProcess;

  constructor(visitor: Visitor, blog: BlogProcess) {
    this.#visitor = visitor;
    this.blog = blog;
  }

  page(path: string, headers: Record<string, string> = {}): Promise<Visit> {
    return this.#visitor.send(`${this.blog.address}${path}`, { headers });
  }

  async facts(): Promise<Sampling['facts']> {
    return (await pageDocument<Sampling['facts']>(this.#visitor, `${this.blog.address}${BASE}/sampling`))
      .facts;
  }

  async sampling(): Promise<Sampling['facts']['live']> {
    return (await this.facts()).live;
  }

  post(path: string, fields: Record<string, string>): Promise<Visit> {
    return this.#visitor.send(`${this.blog.address}${path}`, { fields });
  }

  async try(fields: Record<string, string>): Promise<Visit> {
    const form = fieldsOf((await this.page(FORM)).text);
    return this.post(`${BASE}/sampling/try`, { ...form, ...fields });
  }

  /** Both steps, as a browser without JavaScript takes them. */
  async change(fields: Record<string, string>): Promise<Visit> {
    const { text } = await this.try(fields);
    return this.post(`${BASE}/sampling/apply`, fieldsOf(partOf(text, 'class="apply"')));
  }
}

/** The fields of a form as it is sent untouched. */
function fieldsOf(form: string): Record<string, string> {
  const inputs = [...form.matchAll(/<input\b[^>]*>/g)].map(([tag]) => tag);
  const fields = inputs
    .filter((tag) => !/type="checkbox"/.test(tag) || /\bchecked\b/.test(tag))
    .map((tag) => [/name="([^"]*)"/.exec(tag)?.[1] ?? '', /value="([^"]*)"/.exec(tag)?.[1] ?? '']);
  return Object.fromEntries(fields.filter(([name]) => name !== '')) as Record<string, string>;
}

/** From the form of that class to its end. */
function partOf(page: string, mark: string): string {
  const [, rest = ''] = page.split(mark);
  return rest.split('</form>', 1)[0]!;
}

describe('the owner changes sampling on its page', () => {
  const dataDir = temporaryFolder();
  let owner: OwnerClient;
  let visitor: Visitor;

  beforeAll(async () => {
    const blog = await BlogProcess.start(dataDir, { METRICS_SAMPLING_RATE: '0.5' });
    visitor = await becomeOwner(blog);
    owner = new OwnerClient(visitor, blog);
  });
  afterAll(async () => {
    visitor.close();
    await owner.blog.stop();
  });
  const rates = async (): Promise<MetricsDocument['sampling']> =>
    (await owner.blog.metrics<MetricsDocument>()).sampling;

  it('shows the form to the owner alone: a bearer token neither opens nor sends it', async () => {
    const { text } = await owner.page(FORM);
    for (const name of [
      'METRICS_SAMPLING_RATE',
      'METRICS_EXPORT_SAMPLING_RATE',
      'METRICS_SLOW_REQUEST_THRESHOLD',
      'METRICS_SLOW_QUERY_THRESHOLD',
      'METRICS_SLOW_RENDER_THRESHOLD',
      'METRICS_WHOLE_TRACE_ON_ERROR',
    ])
      expect(text).toContain(`name="${name}"`);
    const headers = { authorization: `Bearer ${TOKEN}` };
    const opened = await owner.blog.ask(FORM, { headers });
    expect([opened.status, opened.headers.location]).toEqual([
      303,
      expect.stringContaining('/admin/sign-in'),
    ]);
    for (const step of ['try', 'apply']) {
      const sent = await owner.blog.ask(`${BASE}/sampling/${step}`, { method: 'POST', headers });
      expect(sent.status).toBeGreaterThanOrEqual(400);
    }
    expect((await owner.post(`${BASE}/sampling/apply`, { METRICS_SAMPLING_RATE: '0' })).status).toBe(403);
    expect((await rates()).rates.http).toBe(0.5);
  });

  it('refuses with every problem beside its field, in the words of the settings, and loses nothing that was typed', async () => {
    const { status, text } = await owner.try({
      METRICS_SAMPLING_RATE: 'databse=<0.1>',
      METRICS_SLOW_QUERY_THRESHOLD: '-1',
      METRICS_SLOW_RENDER_THRESHOLD: '0.75',
    });
    expect(status).toBe(422);
    expect(text).toMatch(
      /id="METRICS_SAMPLING_RATE-problem">expected a known type[^<]*did you mean database\?/,
    );
    expect(text).toMatch(
      /id="METRICS_SLOW_QUERY_THRESHOLD-problem">expected a number of seconds from 0 to 3600, got/,
    );
    for (const typed of ['databse=&lt;0.1&gt;', '-1', '0.75']) expect(text).toContain(`value="${typed}"`);
    expect((await rates()).rates.http).toBe(0.5);
  });

  it('tries without a change, applies at once what was shown, and says who, when and from what to what', async () => {
    const tried = await owner.try({ METRICS_SAMPLING_RATE: '0', METRICS_SLOW_QUERY_THRESHOLD: '2.5' });
    expect(tried.status).toBe(200);
    expect(tried.text.replace(/\s+/g, ' ')).toMatch(
      /Of the [\d,]+ operations whose detail is still held, <strong>[\d,]+<\/strong> would be kept/,
    );
    expect((await rates()).rates.http).toBe(0.5);
    const before = await owner.blog.metrics<MetricsDocument>();
    const applied = await owner.post(`${BASE}/sampling/apply`, fieldsOf(partOf(tried.text, 'class="apply"')));
    expect([applied.status, applied.headers.location]).toEqual([303, `${BASE}/sampling`]);
    expect(await rates()).toMatchObject({ rates: { http: 0 }, thresholds_seconds: { database: 2.5 } });

    for (let i = 0; i < 20; i++) await owner.blog.ask('/');
    const after = await owner.blog.metrics<MetricsDocument>();
    // The requests of this form are telemetry's own.
    expect(after.operations.http.count - before.operations.http.count).toBe(20);
    expect(after.operations.http.kept).toBe(before.operations.http.kept);

    const { settings, changes, lasts } = await owner.sampling();
    expect(lasts).toBe(true);
    expect(settings).toContainEqual(
      expect.objectContaining({ name: 'METRICS_SAMPLING_RATE', value: '0', source: 'page' }),
    );
    expect(changes).toHaveLength(1);
    expect(changes[0]).toMatchObject({
      who: expect.stringMatching(/^owner, /),
      changes: [
        { name: 'METRICS_SAMPLING_RATE', from: '0.5', to: '0' },
        { name: 'METRICS_SLOW_QUERY_THRESHOLD', from: '1.0', to: '2.5' },
      ],
    });
    const overview = (await owner.page(`${BASE}?from=-1h`)).text;
    expect(overview).toContain(
      'METRICS_SAMPLING_RATE 0.5 → 0'.replace('→', Buffer.from('→').toString('latin1')),
    );
  });

  it('refuses a proposal made before somebody else changed the settings', async () => {
    const tried = await owner.try({ METRICS_SAMPLING_RATE: '0.9' });
    expect((await owner.change({ METRICS_SAMPLING_RATE: '0.4' })).status).toBe(303);
    const late = await owner.post(`${BASE}/sampling/apply`, fieldsOf(partOf(tried.text, 'class="apply"')));
    expect(late.status).toBe(409);
    expect(late.text).toContain('were changed elsewhere since this trial');
    expect(late.text).toContain('value="0.9"');
    expect((await rates()).rates.http).toBe(0.4);

    for (let i = 0; i < 60; i++) await owner.blog.ask('/');
    const { audit } = await owner.facts();
    expect(audit.alarms).toEqual([]);
    expect(audit.sampled).toBeGreaterThanOrEqual(60);
  });

  it('keeps the change over a kill, says that the environment changed since, and takes it back', async () => {
    await owner.blog.stop('SIGKILL');
    const blog = await BlogProcess.start(dataDir, { METRICS_SAMPLING_RATE: '0.7' });
    owner = new OwnerClient(visitor, blog);
    expect((await rates()).rates.http).toBe(0.4);
    expect((await owner.sampling()).changes).toHaveLength(2);
    const { text } = await owner.page(FORM);
    expect(text.replace(/\s+/g, ' ')).toContain(
      'the environment has changed since: it had 0.5 then and has 0.7 now',
    );
    const { status } = await owner.change({ 'back.METRICS_SAMPLING_RATE': 'yes' });
    expect(status).toBe(303);
    expect(await rates()).toMatchObject({ rates: { http: 0.7 }, thresholds_seconds: { database: 2.5 } });
    expect((await owner.sampling()).changes.at(-1)!.changes).toEqual([
      { name: 'METRICS_SAMPLING_RATE', from: '0.4', to: '0.7', by: 'environment' },
    ]);
  });
});

describe('a change without a history file', () => {
  const dataDir = temporaryFolder();

  it('takes effect, and says that it lasts until the restart', async () => {
    const blog = await BlogProcess.start(dataDir, { METRICS_HISTORY_DAYS: '0' });
    const visitor = await becomeOwner(blog);
    try {
      const owner = new OwnerClient(visitor, blog);
      expect((await owner.page(FORM)).text).toContain('it lasts until the process restarts');
      expect((await owner.change({ METRICS_SAMPLING_RATE: '0.3' })).status).toBe(303);
      expect(await owner.sampling()).toMatchObject({ lasts: false });
      expect((await blog.metrics<MetricsDocument>()).sampling.rates.http).toBe(0.3);
    } finally {
      visitor.close();
      await blog.stop();
    }
  });
});
