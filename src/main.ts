import { activeTelemetry } from '../otel/telemetry.ts';
import { startArguments } from './start/start-arguments.ts';
import { startBlog } from './start/start-blog.ts';

const given = startArguments();
if (given === undefined) process.exit();

startBlog({ telemetry: activeTelemetry(), ...given });
