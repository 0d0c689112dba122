import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { RandomSource } from '../../src/demo/random-source.ts';
import { closeDatabase, openDatabase } from '../../src/db/open-database.ts';
import { BlogProcess } from '../integration/blog-process.ts';
import { Visitor } from '../integration/visitor.ts';
import { faultsIn, type KillReport } from './kill-report.ts';

const WRITERS = 3;
const PASSWORD = 'amber lantern quietly grows';

/** What a post may say after a kill: what was acknowledged last, or what was under way. */
interface Expected {
  acknowledged: string;
  underWay?: string;
}

/** Kills the blog while its owner saves, again and again over the same data, and looks each time for every save that was acknowledged. */
export async function killDuringSaves(options: {
  readonly dataDir: string;
  readonly kills: number;
  readonly random: RandomSource;
}): Promise<KillReport> {
  const { dataDir, kills, random } = options;
  const visitor = new Visitor();
  const expected = new Map<string, Expected>();
  const faults: string[] = [];
  let acknowledged = 0;
  let csrf = '';
  let number = 0;

  async function save(address: string): Promise<void> {
    const text = `Text ${++number} ${'of so many words '.repeat(random.between(1, 2000))}`;
    const known = random.chance(0.5) ? random.pick([...expected.keys(), undefined]) : undefined;
    const post = known === undefined ? undefined : expected.get(known);
    const version = known === undefined ? '' : String(await versionOf(address, known));
    if (post?.underWay !== undefined) return;
    if (post !== undefined) post.underWay = text;
    const { status, headers } = await visitor.send(
      `${address}/admin/posts${known === undefined ? '' : `/${known}`}`,
      {
        fields: { _csrf: csrf, title: `Post ${number}`, markdown: text, status: 'draft', version },
      },
    );
    if (status === 409) return void delete post!.underWay;
    if (status !== 303) throw new Error(`a save answered ${status}`);
    const id = /posts\/(\d+)\/edit/.exec(headers.location ?? '')![1]!;
    expected.set(id, { acknowledged: text });
    acknowledged += 1;
  }

  async function versionOf(address: string, id: string): Promise<string> {
    const { text } = await visitor.send(`${address}/admin/posts/${id}/edit`);
    return /name="version" value="(\d+)"/.exec(text)?.[1] ?? '';
  }

  for (let kill = 0; kill < kills; kill++) {
    const blog = await BlogProcess.launch(dataDir, {
      METRICS_ENABLED: random.chance(0.5) ? 'true' : 'false',
    });
    csrf ||= await becomeOwner(blog, visitor);
    const killed = new AbortController();
    const writers = Array.from({ length: WRITERS }, async () => {
      while (!killed.signal.aborted) await save(blog.address);
    });
    const ends = Promise.allSettled(writers);
    await pause(random.between(20, 900));
    const ended = blog.stop('SIGKILL');
    killed.abort();
    await ended;
    for (const { reason } of (await ends).filter((end) => end.status === 'rejected'))
      if (!/ECONN|socket hang up|EPIPE|aborted/.test(String(reason))) faults.push(String(reason));
    faults.push(...verify(dataDir, expected).map((fault) => `kill ${kill + 1}: ${fault}`));
  }
  visitor.close();
  return { kills, acknowledged, faults };
}

function verify(dataDir: string, expected: Map<string, Expected>): readonly string[] {
  const database = openDatabase(join(dataDir, 'glasshouse.db'));
  try {
    const find = database.prepare<[string], string>('SELECT markdown FROM posts WHERE id = ?').pluck();
    const lost: string[] = [];
    for (const [id, post] of expected) {
      const found = find.get(id);
      if (found !== post.acknowledged && found !== post.underWay) lost.push(`post ${id} lost its last save`);
      else if (found !== undefined) expected.set(id, { acknowledged: found });
    }
    return [...faultsIn(database, dataDir), ...lost];
  } finally {
    closeDatabase(database);
  }
}

/** Answers the token of the owner's forms. */
async function becomeOwner(blog: BlogProcess, visitor: Visitor): Promise<string> {
  await blog.ask('/health');
  const link = /http:\S+\/admin\/setup\?token=(\S+)/.exec(blog.output)!;
  const tokenIn = (text: string): string => /name="_csrf" value="([^"]+)"/.exec(text)![1]!;
  const page = await visitor.send(link[0]);
  const fields = { _csrf: tokenIn(page.text), token: link[1]!, password: PASSWORD, repeated: PASSWORD };
  await visitor.send(`${blog.address}/admin/setup`, { fields });
  return tokenIn((await visitor.send(`${blog.address}/admin/posts/new`)).text);
}
