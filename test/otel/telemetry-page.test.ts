import { afterEach, describe, expect, it } from '@jest/globals';
import { context, trace } from '@opentelemetry/api';
import { activeTelemetry, startTelemetry } from '../../otel/telemetry.ts';
import { telemetryPage } from '../../otel/telemetry-page.ts';

afterEach(() => activeTelemetry().shutdown());

const tracer = () => trace.getTracer('test');
const inside = (name: string, call: () => void): void => {
  const span = tracer().startSpan(name);
  context.with(trace.setSpan(context.active(), span), call);
  span.end();
};
/** Names and indentation of the newest trace. */
const treeOf = (page: string): readonly string[] =>
  /<pre id="\w+">\w+\n([^]*?)<\/pre>/
    .exec(page)![1]!
    .split('\n')
    .map((line) => line.replace(/ {2}[\d.]+ ms/, ''));

describe('telemetryPage', () => {
  it('shows the newest trace as a tree: children below their parents, in order of start', async () => {
    const { query } = await startTelemetry({ env: {} });
    inside('root', () => {
      inside('first', () => inside('inner', () => {}));
      inside('second', () => {});
    });
    expect(treeOf(telemetryPage(query))).toEqual(['  root', '    first', '      inner', '    second']);
  });

  it('escapes span names, and marks failures', async () => {
    const { query } = await startTelemetry({ env: {} });
    const span = tracer().startSpan('<script>"&');
    span.setStatus({ code: 2 });
    span.end();
    const page = telemetryPage(query);
    expect(treeOf(page)).toEqual(['<span class="failed">  &lt;script&gt;&quot;&amp;  failed</span>']);
    expect(page).not.toContain('<script>');
  });

  it('is bounded: shows the first spans of a long trace, and the number of others', async () => {
    const { query } = await startTelemetry({ env: {} });
    inside('root', () => {
      for (let index = 0; index < 300; index++) inside('child', () => {});
    });
    const tree = treeOf(telemetryPage(query));
    expect(tree).toHaveLength(201);
    expect(tree.at(-1)).toBe('  … 101 more');
  });

  it('shows nothing if telemetry is off', () => {
    expect(telemetryPage(activeTelemetry().query)).toContain('<h2>Newest traces</h2>\n\n</html>');
  });
});
