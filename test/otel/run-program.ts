import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { ExportFacts, TelemetryQuery } from '../../otel/query.ts';
import { BARE_ENVIRONMENT } from '../fixtures/bare-environment.ts';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

export interface ProgramReport {
  readonly port: number;
  readonly enabled: boolean;
  readonly counts: Readonly<Record<string, number>>;
  readonly traces: number;
  readonly spans: ReturnType<TelemetryQuery['spans']>;
  readonly exports: readonly ExportFacts[];
  readonly faults: ReturnType<TelemetryQuery['faults']>;
  readonly business: ReturnType<TelemetryQuery['business']>;
  readonly settings: ReturnType<TelemetryQuery['settings']>;
  readonly afterShutdown: readonly ExportFacts[];
}

export interface Ended {
  readonly code: number | string | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

const SMALL = { METRICS_HISTORY_DAYS: '0', METRICS_LOOP_STALL: '0' };

/** Runs telemetry-program.ts the way `npm start` runs the blog, with only `env` as environment, no history, and no watch for stalls. */
export function runProgram(
  env: Record<string, string>,
  options: { readonly cwd?: string; readonly imports?: readonly string[] } = {},
): Promise<Ended> {
  const imports = [...(options.imports ?? []), path('../../otel/register.ts')];
  const args = imports.flatMap((file) => ['--import', file]);
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [...args, path('./telemetry-program.ts')],
      { env: { ...BARE_ENVIRONMENT, ...SMALL, ...env }, cwd: options.cwd ?? path('.') },
      (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : (error.code ?? 'killed'), stdout, stderr }),
    );
  });
}

export async function reportOf(...run: Parameters<typeof runProgram>): Promise<ProgramReport> {
  const { code, stdout, stderr } = await runProgram(...run);
  if (code !== 0) throw new Error(`the program ended with ${code}: ${stderr}`);
  return JSON.parse(stdout) as ProgramReport;
}
