import { parentPort } from 'node:worker_threads';
import { mediaNames, parseMarkdown, placeMarkdown } from './markdown.ts';
import { lowerThreadPriority } from '../../process/thread-priority.ts';
import type { PostPlace, WorkerAnswer, WorkerRequest } from './render-messages.ts';

lowerThreadPriority();

// The worker of markdown-worker.ts. It runs without telemetry, as rendering here is not a separate operation.
const parsed = new Map<number, { text: ReturnType<typeof parseMarkdown>; place: PostPlace }>();

function answer(message: WorkerAnswer): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  parentPort!.postMessage(message);
}

parentPort!.on('message', (request: WorkerRequest) => {
  const { id } = request;
  try {
    if ('markdown' in request) {
      const text = parseMarkdown(request.markdown, request.options);
      parsed.set(id, { text, place: request.place });
      return answer({ id, names: mediaNames(text, request.place) });
    }
    const { text, place } = parsed.get(id)!;
    parsed.delete(id);
    const media = new Map(request.media);
    answer({ id, rendered: placeMarkdown(text, { ...place, media: (name) => media.get(name) }) });
  } catch (error) {
    parsed.delete(id);
    answer({ id, failure: String(error) });
  }
});
