import { BlogConfigError } from './config.ts';

/** Returns true for errors with a message for users, which are shown without a stack; other errors are bugs. */
export function isForPeople(error: Error): boolean {
  return error instanceof BlogConfigError || 'code' in error || error.name.endsWith('DatabaseError');
}
