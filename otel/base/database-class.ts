/** The Database class of better-sqlite3, as far as telemetry uses it, so that an app without that package compiles without its types. */
export type DatabaseClass = abstract new (...args: never[]) => {
  readonly name: string;
  readonly open: boolean;
  prepare(source: string): object;
  exec(source: string): unknown;
  close(): unknown;
};
