/**
 * Returns true for errors whose message is enough: those that say so (`isForPeople`), of the system, of SQLite, and of a command's arguments. Any
 * other one is a bug and is shown with its stack, also if Node gave it a code.
 */
export function isForPeople(error: Error): boolean {
  if ('isForPeople' in error) return error.isForPeople === true;
  if ('syscall' in error) return true;
  return 'code' in error && /^(?:SQLITE_|ERR_PARSE_ARGS_)/.test(String(error.code));
}
