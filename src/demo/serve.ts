import { activeTelemetry } from '../../otel/telemetry.ts';
import type { BlogParts } from '../start/app.ts';
import { PostStore } from '../posts/post-store.ts';
import { startBlog } from '../start/start-blog.ts';
import { createDemoOwner, type DemoOwner } from './demo-owner.ts';
import { demoPosts } from './demo-posts.ts';
import { createDemoRoutes } from './demo-routes.ts';
import { RandomSource } from './random-source.ts';

const POSTS = 60;
let owner: DemoOwner | undefined;

// The demo's server: the whole blog with more posts, some faulty pages, and an owner who signs in by a link.
startBlog({
  telemetry: activeTelemetry(),
  stopWithParent: true,
  routers: (parts) => {
    writePosts(parts);
    owner = createDemoOwner(parts);
    return [owner.router, createDemoRoutes(parts)];
  },
  onListening: (address) => process.send?.({ address, signIn: `${address}${owner?.signInPath}` }),
});

function writePosts({ database, now }: Pick<BlogParts, 'database' | 'now'>): void {
  const posts = new PostStore(database, { now });
  const writeAll = database.transaction(() => {
    for (const draft of demoPosts(POSTS, now(), new RandomSource(1))) posts.create(draft);
  });
  writeAll();
}
