import '../search/search-worker-thread.ts';
import { lowerThreadPriority } from '../process/thread-priority.ts';

// The thread of blog-search.ts: all other requests go first.
lowerThreadPriority();
