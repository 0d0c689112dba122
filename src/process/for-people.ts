import { BlogConfigError } from './config.ts';

/** Failures with a message made for people lose their stack; anything else is a fault of ours and keeps it. */
export function isForPeople(error: Error): boolean {
  return error instanceof BlogConfigError || 'code' in error || error.name.endsWith('DatabaseError');
}
