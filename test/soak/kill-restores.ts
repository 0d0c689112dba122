import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { RandomSource } from '../../src/demo/random-source.ts';
import { makeBackup } from '../../src/backup/make-backup.ts';
import { openBlogData } from '../../src/db/open-blog-data.ts';
import { closeDatabase } from '../../src/db/open-database.ts';
import { MediaStore } from '../../src/media/media-store.ts';
import { PostStore } from '../../src/posts/post-store.ts';
import { runAndKill } from './kill-process.ts';
import { faultsIn, type KillReport } from './kill-report.ts';

const NAMES = ['first', 'second'] as const;
const FILES = 30;

/** Restores two backups in turn over one blog and kills each: afterwards the blog is one of the two, whole. */
export async function killDuringRestores(options: {
  readonly folder: string;
  readonly kills: number;
  readonly random: RandomSource;
}): Promise<KillReport> {
  const { folder, kills, random } = options;
  for (const name of NAMES) await makeOne(folder, name);
  const dataDir = join(folder, 'data');
  const restore = (name: string, afterMillis?: number) => {
    const args = [join(folder, `${name}.backup`), '--replace', '--data-dir', dataDir];
    return runAndKill(['src/backup/restore.ts', ...args], afterMillis);
  };
  const whole = await restore('first');
  const faults: string[] = whole.code === 0 ? [] : [`a restore that nobody killed ended with ${whole.code}`];
  let acknowledged = 0;
  let killed = 0;
  let before: string = 'first';
  for (let run = 0; killed < kills && faults.length < 20; run++) {
    const name = NAMES[(run + 1) % 2]!;
    const { code } = await restore(name, whole.millis * (0.3 + random.next() * 0.8));
    if (code === null) killed += 1;
    else acknowledged += 1;
    const { state, problems } = stateOf(dataDir);
    const isRight = code === 0 ? state === name : state === name || state === before;
    faults.push(...problems.map((problem) => `kill ${killed}: ${problem}`));
    if (!isRight)
      faults.push(`kill ${killed}: the blog is ${state}, after ${before} and ${name} (exit ${code})`);
    before = state;
    for (const entry of readdirSync(dataDir).filter((file) => file.startsWith('glasshouse.before-')))
      rmSync(join(dataDir, entry), { recursive: true });
  }
  return { kills: killed, acknowledged, faults };
}

/** A blog of which every post and file names it, and its backup. */
async function makeOne(folder: string, name: string): Promise<void> {
  const dataDir = join(folder, name);
  mkdirSync(dataDir, { recursive: true });
  const database = openBlogData(dataDir);
  const posts = new PostStore(database);
  const media = new MediaStore(database, { folder: join(dataDir, 'media') });
  for (let number = 0; number < FILES; number++) {
    posts.create({ title: name, markdown: 'Words. '.repeat(500), status: 'published', path: `${number}` });
    media.put(`${number}.bin`, Buffer.from(name.repeat(20_000)));
  }
  await makeBackup({ database, dataDir, file: join(folder, `${name}.backup`) });
  closeDatabase(database);
}

function stateOf(dataDir: string): { readonly state: string; readonly problems: readonly string[] } {
  const database = openBlogData(dataDir);
  try {
    const titles = database.prepare<[], string>('SELECT DISTINCT title FROM posts').pluck().all();
    return { state: titles.join('+'), problems: faultsIn(database, dataDir) };
  } finally {
    closeDatabase(database);
  }
}
