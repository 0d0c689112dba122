import type { Post } from './post.ts';

/** A save from an outdated version; `current` is the stored post. */
export class PostConflictError extends Error {
  readonly current: Post;
  constructor(current: Post, version: number) {
    super(
      `post ${current.id} is at version ${current.version}, not ${version}: it was saved elsewhere in the meantime`,
    );
    this.name = 'PostConflictError';
    this.current = current;
  }
}

/** An invalid draft: `field` says where, `message` is a sentence for its author. */
export class PostDraftError extends Error {
  readonly field: 'title' | 'markdown' | 'path' | 'aliases' | 'language' | 'publishedAtMillis';
  readonly reason: 'missing' | 'invalid' | 'reserved' | 'taken' | 'busy';
  constructor(field: PostDraftError['field'], reason: PostDraftError['reason'], message: string) {
    super(message);
    this.name = 'PostDraftError';
    this.field = field;
    this.reason = reason;
  }
}

export class PostNotFoundError extends Error {
  constructor(id: number) {
    super(`there is no post ${id}`);
    this.name = 'PostNotFoundError';
  }
}
