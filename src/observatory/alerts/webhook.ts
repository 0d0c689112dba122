import { createPost, type PostOptions } from './post-once.ts';
import type { Receiver } from './receiver.ts';

/** Sends messages as JSON, with their id as `Idempotency-Key`. */
export function createWebhook(options: PostOptions): Receiver {
  const post = createPost(options);
  return {
    name: 'webhook',
    words: `webhook at ${new URL(options.url).host}`,
    send: (message, signal) =>
      post(
        Buffer.from(JSON.stringify(message)),
        { 'Content-Type': 'application/json', 'Idempotency-Key': message.id },
        signal,
      ),
  };
}
