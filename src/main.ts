import { activeTelemetry } from '../otel/telemetry.ts';
import { startBlog } from './start/start-blog.ts';

startBlog({
  telemetry: activeTelemetry(),
  stopWithParent: process.argv.includes('--stop-with-parent'),
});
