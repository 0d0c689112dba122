import { loadTelemetryConfig, TelemetryConfigError } from './config.ts';
import type { TelemetryConfig } from './config.ts';
import { isInheritedStart, noteStart } from './base/inherited-start.ts';
import { startTelemetry } from './telemetry.ts';

// For `node --import`: telemetry has to be there before the app loads what it patches.
if (!isInheritedStart()) {
  noteStart();
  await startTelemetry(readConfigOrExit());
}

function readConfigOrExit(): TelemetryConfig {
  try {
    return loadTelemetryConfig();
  } catch (error) {
    if (!(error instanceof TelemetryConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}
