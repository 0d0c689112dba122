import { optionsOfApp } from './start/app-options.ts';
import { startTelemetry } from './telemetry.ts';

// For `node --import`: telemetry must start before the app loads what it patches.
try {
  await startTelemetry(await optionsOfApp());
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
