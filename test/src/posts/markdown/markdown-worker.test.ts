import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { MarkdownWorker } from '../../../../src/posts/markdown/markdown-worker.ts';
import { renderMarkdown } from '../../../../src/posts/markdown/markdown.ts';
import { temporaryFolder } from '../../../fixtures/temporary-folder.ts';

const folder = temporaryFolder();

const TEXT = `# Title\n\n![a](a.png) ![b](gone.png) <img src=a.png srcset="a.png 2x">\n\n\`\`\`rust\nfn main() {}\n\`\`\`\n`;
const MEDIA: Record<string, { width: number; height: number }> = { 'old/a.png': { width: 4, height: 3 } };
const media = (name: string): { width: number; height: number } | undefined => MEDIA[name];
const place = { path: 'post', formerPaths: ['old'] };

function thread(source: string): URL {
  const file = join(folder, 'thread.mjs');
  writeFileSync(file, `import { parentPort } from 'node:worker_threads';\n${source}`);
  return pathToFileURL(file);
}

describe('MarkdownWorker', () => {
  const worker = new MarkdownWorker();

  it('renders what renderMarkdown renders, media included', async () => {
    expect(await worker.render(TEXT, place, media)).toEqual(renderMarkdown(TEXT, { ...place, media }));
  });

  it('does not block the event loop: a later request is answered first', async () => {
    const order: string[] = [];
    const rendered = worker.render('```rust\nfn main() {}\n```\n\n'.repeat(500), place, media);
    await Promise.all([
      rendered.then(() => order.push('rendered')),
      new Promise((done) => setImmediate(done)).then(() => order.push('reader')),
    ]);
    expect(order).toEqual(['reader', 'rendered']);
  });

  it('renders several texts at once and refuses more than an owner can write', async () => {
    const texts = Array.from({ length: 17 }, (_, index) => worker.render(`text ${index}`, place, media));
    const settled = await Promise.allSettled(texts);
    expect(settled.slice(0, 16).every(({ status }) => status === 'fulfilled')).toBe(true);
    expect(settled[16]).toMatchObject({ status: 'rejected', reason: { field: 'markdown', reason: 'busy' } });
  });

  it('shows code plain if highlighting fails, and reports the error if that fails too', async () => {
    const failing = new MarkdownWorker({
      thread: thread(
        `parentPort.on('message', ({ id, highlight }) => highlight ? process.exit(3) : parentPort.postMessage({ id, rendered: { html: 'plain' } }));`,
      ),
    });
    expect(await failing.render('x', place, media)).toEqual({ html: 'plain' });
    const broken = new MarkdownWorker({ thread: pathToFileURL(join(folder, 'none.mjs')) });
    await expect(broken.render('x', place, media)).rejects.toMatchObject({
      name: 'PostDraftError',
      field: 'markdown',
    });
  });

  it('stops a thread that does not end', async () => {
    const endless = new MarkdownWorker({
      thread: thread(`parentPort.on('message', () => { for (;;); });`),
      deadlineMillis: 50,
    });
    await expect(endless.render('x', place, media)).rejects.toMatchObject({ message: /took too long/ });
  });
});

describe('highlighting', () => {
  it('has a budget per post: blocks beyond it stay plain', () => {
    const block = `\`\`\`rust\n${'let x = 1;\n'.repeat(3000)}\`\`\`\n\n`;
    const { html } = renderMarkdown(block.repeat(4), { path: 'x' });
    const blocks = html.split('<pre').slice(1);
    expect(blocks.map((text) => text.includes('hl-keyword'))).toEqual([true, true, true, false]);
  });
});
