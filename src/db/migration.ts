/** One schema migration; its number is the resulting `user_version`. Never edit a released step. */
export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly sql: string;
}
