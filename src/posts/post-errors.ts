import type { Post } from './post.ts';

/** A save that was made from an older version than the one kept; `current` is what the other save left. */
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

/** What a draft's author has to change; `field` says where, `message` is a sentence for them. */
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
