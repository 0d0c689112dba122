import { activeTelemetry } from '../../otel/telemetry.ts';
import { PostStore } from '../posts/post-store.ts';
import { startBlog } from '../start-blog.ts';
import { demoPosts } from './demo-posts.ts';
import { createDemoRooms } from './demo-rooms.ts';
import { RandomSource } from './random-source.ts';

const POSTS = 60;

// The demo's server: the whole blog with more posts, a few faulty rooms, and an owner who signs in by a link.
startBlog({
  telemetry: activeTelemetry(),
  rooms: (deps) => {
    const posts = new PostStore(deps.database, { now: deps.now });
    const write = deps.database.transaction((drafts: ReturnType<typeof demoPosts>) =>
      drafts.forEach((draft) => posts.create(draft)),
    );
    write(demoPosts(POSTS, deps.now(), new RandomSource(1)));
    return [createDemoRooms(deps)];
  },
  onListening: (address) => process.send?.({ address }),
});
