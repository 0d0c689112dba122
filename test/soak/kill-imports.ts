import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RandomSource } from '../../src/demo/random-source.ts';
import { closeDatabase, openDatabase } from '../../src/db/open-database.ts';
import { runAndKill } from './kill-process.ts';
import { faultsIn, type KillReport } from './kill-report.ts';

/** Kills imports of a tree; each next one goes on where the last was killed, until all is in, and then a new blog begins. */
export async function killDuringImports(options: {
  readonly folder: string;
  readonly kills: number;
  readonly posts: number;
  readonly random: RandomSource;
}): Promise<KillReport> {
  const { folder, kills, posts, random } = options;
  const tree = makeTree(join(folder, 'tree'), posts);
  const importInto = (dataDir: string, afterMillis?: number) =>
    runAndKill(['src/posts/import/main.ts', tree, '--data-dir', dataDir], afterMillis);
  const whole = await importInto(join(folder, 'whole'));
  const faults: string[] = whole.code === 0 ? [] : [`an import that nobody killed ended with ${whole.code}`];
  let acknowledged = 0;
  let killed = 0;
  for (let blog = 0; killed < kills && faults.length < 20;) {
    const dataDir = join(folder, `blog-${blog}`);
    const { code } = await importInto(dataDir, whole.millis * (0.25 + random.next() * 0.8));
    if (code === null) killed += 1;
    const found = verify(dataDir, code === 0 ? posts : undefined);
    faults.push(...found.map((fault) => `kill ${killed}: ${fault}`));
    if (code !== 0) continue;
    acknowledged += 1;
    blog += 1;
  }
  return { kills: killed, acknowledged, faults };
}

/** Every post that is there is whole and has its picture; all are there after an import that came to its end. */
function verify(dataDir: string, wanted: number | undefined): readonly string[] {
  mkdirSync(dataDir, { recursive: true });
  const database = openDatabase(join(dataDir, 'glasshouse.db'));
  try {
    const rows = database
      .prepare<[], { title: string; markdown: string }>('SELECT title, markdown FROM posts')
      .all();
    const pictures = new Set(database.prepare<[], string>('SELECT path FROM media').pluck().all());
    const broken = rows.filter(
      ({ title, markdown }) =>
        !markdown.trimEnd().endsWith(`end of ${title}`) ||
        ![...pictures].some((path) => path.endsWith(`/${title}.png`)),
    );
    return [
      ...faultsIn(database, dataDir),
      ...broken.map(({ title }) => `${title} is not whole`),
      ...(wanted === undefined || rows.length === wanted
        ? []
        : [`${rows.length} of ${wanted} posts are there`]),
    ];
  } finally {
    closeDatabase(database);
  }
}

function makeTree(tree: string, posts: number): string {
  for (let post = 0; post < posts; post++) {
    const name = `post-${post}`;
    const folder = join(tree, 'content', 'posts', name);
    mkdirSync(folder, { recursive: true });
    const front = `+++\ntitle = "${name}"\ndate = 2026-01-01\n+++\n`;
    const text = `![](${name}.png)\n\n${'Words of it. '.repeat(200)}\n\nend of ${name}\n`;
    writeFileSync(join(folder, 'index.md'), front + text);
    writeFileSync(join(folder, `${name}.png`), `picture of ${name}`.repeat(500));
  }
  return tree;
}
