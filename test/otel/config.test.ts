import { describe, expect, it } from '@jest/globals';
import { readTelemetryConfig, TELEMETRY_SETTINGS, TelemetryConfigError } from '../../otel/config.ts';
import type { TelemetryConfig } from '../../otel/config.ts';

function read(env: Record<string, string>, dotEnv: Record<string, string> = {}): TelemetryConfig {
  return readTelemetryConfig({ env, dotEnv, strictSettings: true });
}

function problemsOf(
  env: Record<string, string>,
  dotEnv: Record<string, string> = {},
): TelemetryConfigError['problems'] {
  try {
    read(env, dotEnv);
  } catch (error) {
    if (error instanceof TelemetryConfigError) return error.problems;
    throw error;
  }
  return [];
}

function source(config: TelemetryConfig, name: string) {
  return config.settings.find((setting) => setting.name === name);
}

describe('readTelemetryConfig', () => {
  it('has the documented defaults with nothing set', () => {
    expect(read({})).toMatchObject({
      enabled: true,
      rates: { http: 1, database: 1, render: 1, other: 1 },
      exportRates: { http: 1, database: 1, render: 1, other: 1 },
      slowThresholdSeconds: { database: 1, http: 1, render: 0.25 },
      maxTraces: 1000,
      maxTraceBytes: 16_777_216,
      runtimeIntervalMillis: 30_000,
      historyDays: 30,
      jaegerUiUrl: undefined,
      resourceAttributes: { 'service.name': 'unknown_service:node' },
      traceExport: undefined,
      metricExport: undefined,
      exportQueue: {
        maxQueueItems: 2048,
        maxBatchItems: 512,
        scheduledDelayMillis: 5000,
        exportTimeoutMillis: 30_000,
      },
      warnings: [],
    });
  });

  it('is deeply frozen', () => {
    const config = read({ METRICS_SAMPLING_RATE: 'database=0.1', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://a' });
    const open: string[] = [];
    const visit = (value: unknown, path: string) => {
      if (typeof value !== 'object' || value === null) return;
      if (!Object.isFrozen(value)) open.push(path);
      for (const [key, inner] of Object.entries(value)) visit(inner, `${path}.${key}`);
    };
    visit(config, 'config');
    expect(open).toEqual([]);
  });

  it.each([
    ['0.25', { http: 0.25, database: 0.25, render: 0.25, other: 0.25 }],
    ['0', { http: 0, database: 0, render: 0, other: 0 }],
    [' .5 ', { http: 0.5, database: 0.5, render: 0.5, other: 0.5 }],
    ['1e-3', { http: 0.001, database: 0.001, render: 0.001, other: 0.001 }],
    ['database=0.1,http=1', { http: 1, database: 0.1, render: 1, other: 1 }],
    ['render=0, other=0.5', { http: 1, database: 1, render: 0, other: 0.5 }],
    ['{"database":0.1}', { http: 1, database: 0.1, render: 1, other: 1 }],
    ['{ "http": 0.5, "other": 0 }', { http: 0.5, database: 1, render: 1, other: 0 }],
  ])('reads the sampling rate %s', (text, rates) => {
    expect(read({ METRICS_SAMPLING_RATE: text }).rates).toEqual(rates);
  });

  it.each([
    '1.5',
    '-0.1',
    'abc',
    'NaN',
    'Infinity',
    '0x1',
    '1e400',
    '1e-400',
    '1_0',
    '0,5',
    '50%',
    '1 1',
    'database=2',
    'database=-1',
    'database=',
    'database=0.1,',
    '=0.5',
    'database=0.1=2',
    'database=0.1,database=0.2',
    'Database=0.1',
    '{"database":0.1,"database":0.2}',
    '{"database":0.1,"\\u0064atabase":0.2}',
    '{"database":"0.1"}',
    '{"database":1e400}',
    '{"database":1e-400}',
    '{"database":null}',
    '{"database":{"a":1}}',
    '{"__proto__":0.5}',
    '{}',
    '{',
    '[0.1]',
    '',
    '   ',
  ])('refuses the sampling rate %j and says what is expected', (text) => {
    for (const variable of ['METRICS_SAMPLING_RATE', 'METRICS_EXPORT_SAMPLING_RATE']) {
      const problems = problemsOf({ [variable]: text });
      expect(problems).toHaveLength(1);
      expect(problems[0]).toMatchObject({
        variable,
        source: 'environment',
        message: expect.stringContaining('expected'),
      });
    }
  });

  it('names the nearest operation type', () => {
    const [problem] = problemsOf({ METRICS_SAMPLING_RATE: 'databse=0.1' });
    expect(problem?.message).toContain('"databse"; did you mean database?');
  });

  it('rejects METRICS_SAMPLING_RATES, which was once set and never read', () => {
    expect(() => read({ METRICS_SAMPLING_RATES: '0.25' })).toThrow(
      'A telemetry setting cannot be used:\n' +
        '  METRICS_SAMPLING_RATES="0.25" (environment): unknown setting; did you mean METRICS_SAMPLING_RATE?',
    );
  });

  it('rejects an unknown METRICS_ name in .env too, and lists the names if none is near', () => {
    const [problem] = problemsOf({}, { METRICS_COLOUR: 'red' });
    expect(problem).toMatchObject({ variable: 'METRICS_COLOUR', source: '.env' });
    expect(problem?.message).toContain('METRICS_BUFFER_SIZE, METRICS_BUFFER_BYTES');
  });

  it('treats a known name in lower case as unknown and suggests the right one', () => {
    expect(problemsOf({ metrics_enabled: 'false' })[0]?.message).toContain('did you mean METRICS_ENABLED?');
  });

  it('lists everything wrong at once', () => {
    const problems = problemsOf(
      { METRICS_SAMPLING_RATES: '0.25', METRICS_BUFFER_SIZE: '0', METRICS_ENABLED: 'yes' },
      { METRICS_SLOW_QUERY_THRESHOLD: '-1', METRICS_ENABLED: 'true' },
    );
    expect(problems.map(({ variable, value, source: from }) => [variable, value, from])).toEqual([
      ['METRICS_SAMPLING_RATES', '"0.25"', 'environment'],
      ['METRICS_ENABLED', '"yes"', 'environment'],
      ['METRICS_BUFFER_SIZE', '"0"', 'environment'],
      ['METRICS_SLOW_QUERY_THRESHOLD', '"-1"', '.env'],
    ]);
  });

  it.each([
    ['METRICS_ENABLED', '1', 'true or false'],
    ['METRICS_BUFFER_SIZE', '1.5', 'a whole number of traces from 1 to 1000000'],
    ['METRICS_BUFFER_BYTES', '16MiB', 'a whole number of bytes from 65536'],
    ['METRICS_SLOW_QUERY_THRESHOLD', '250ms', 'a number of seconds from 0 to 3600'],
    ['METRICS_SLOW_REQUEST_THRESHOLD', '3601', 'a number of seconds from 0 to 3600'],
    ['METRICS_SLOW_RENDER_THRESHOLD', 'Infinity', 'a number of seconds'],
    ['METRICS_MEMORY_INTERVAL', '0.5', '0 (off) or a number of seconds from 1'],
    ['METRICS_HISTORY_DAYS', '-1', 'a number of days from 0 to 3650'],
    ['METRICS_HISTORY_DAYS', 'forever', 'a number of days from 0 to 3650'],
    ['JAEGER_UI_URL', 'localhost:16686', 'an address that starts with http://'],
    ['JAEGER_UI_URL', 'javascript:alert(1)', 'an address that starts with http://'],
  ])('refuses %s=%s: expected %s', (variable, value, expected) => {
    const [problem] = problemsOf({ [variable]: value });
    expect(problem).toMatchObject({ variable, value: `"${value}"` });
    expect(problem?.message).toContain(expected);
  });

  it.each([
    'http://me:canary@jaeger.example',
    'http://me:a/canary@jaeger.example',
    'http://jaeger.example/?token=canary',
    'http://jaeger.example/#canary',
  ])('refuses JAEGER_UI_URL=%s, which pages would show, without repeating it', (value) => {
    const [problem] = problemsOf({ JAEGER_UI_URL: value });
    expect(problem).toMatchObject({ variable: 'JAEGER_UI_URL', value: '(hidden)' });
    expect(problem?.message).toContain('without a user name, password or query');
  });

  it.each(TELEMETRY_SETTINGS.filter(({ name }) => name.startsWith('METRICS_')).map(({ name }) => name))(
    'refuses an empty %s',
    (name) => {
      expect(problemsOf({ [name]: '' })[0]).toMatchObject({ variable: name, value: '""' });
    },
  );

  it.each(TELEMETRY_SETTINGS.filter(({ name }) => !name.startsWith('METRICS_')).map(({ name }) => name))(
    'takes an empty %s for none',
    (name) => {
      const env = { [name]: ' ' };
      expect(problemsOf(env)).toEqual([]);
      expect(source(read(env), name)).toMatchObject({ source: 'default' });
    },
  );

  it('prefers the environment to .env and .env to the default, and records the source', () => {
    const config = read(
      { METRICS_BUFFER_SIZE: '10' },
      { METRICS_BUFFER_SIZE: '20', METRICS_HISTORY_DAYS: '7' },
    );
    expect(config).toMatchObject({ maxTraces: 10, historyDays: 7 });
    expect(source(config, 'METRICS_BUFFER_SIZE')).toMatchObject({ value: '10', source: 'environment' });
    expect(source(config, 'METRICS_HISTORY_DAYS')).toMatchObject({ value: '7', source: '.env' });
    expect(source(config, 'METRICS_BUFFER_BYTES')).toMatchObject({ value: '16777216', source: 'default' });
  });

  it('has one effective row per setting of the table', () => {
    expect(read({}).settings.map(({ name }) => name)).toEqual(TELEMETRY_SETTINGS.map(({ name }) => name));
  });

  it('exports at its own rate if that is set', () => {
    const config = read({ METRICS_SAMPLING_RATE: '0.5', METRICS_EXPORT_SAMPLING_RATE: 'http=0.1' });
    expect(config.rates.http).toBe(0.5);
    expect(config.exportRates).toEqual({ http: 0.1, database: 1, render: 1, other: 1 });
    expect(read({ METRICS_SAMPLING_RATE: '0.5' }).exportRates.http).toBe(0.5);
  });

  it('stores the history in the folder of the app, and nowhere without one or with 0 days', () => {
    const historyFile = (days: string, dataDir?: string) =>
      readTelemetryConfig({ env: { METRICS_HISTORY_DAYS: days }, dataDir }).historyFile;
    expect(historyFile('1', 'elsewhere')).toMatch(/^elsewhere[\\/]telemetry\.sqlite$/);
    expect(historyFile('0', 'elsewhere')).toBeUndefined();
    expect(historyFile('1')).toBeUndefined();
  });

  it('warns that METRICS_HISTORY_DAYS has no effect if the app sets no folder', () => {
    expect(read({}).warnings).toEqual([]);
    expect(read({ METRICS_HISTORY_DAYS: '0' }).warnings).toEqual([]);
    expect(read({ METRICS_HISTORY_DAYS: '7' }).warnings).toEqual([
      'METRICS_HISTORY_DAYS has no effect: the app sets no dataDir to store a history in',
    ]);
  });

  it('uses what the app states, and lets the environment override it', () => {
    const app = {
      serviceName: 'notes',
      resource: { 'service.version': '1.2.3', 'deployment.environment.name': 'here' },
      ignorePaths: ['/telemetry'],
    };
    const config = readTelemetryConfig({ ...app, env: {} });
    expect(config.untracedPathPrefixes).toEqual(['/telemetry']);
    expect(config.resourceAttributes).toEqual({ 'service.name': 'notes', ...app.resource });
    expect(source(config, 'OTEL_SERVICE_NAME')).toMatchObject({ value: 'notes', source: 'default' });
    const env = {
      OTEL_SERVICE_NAME: 'other',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=there',
    };
    expect(readTelemetryConfig({ ...app, env }).resourceAttributes).toEqual({
      'service.name': 'other',
      'service.version': '1.2.3',
      'deployment.environment.name': 'there',
    });
  });

  it('only warns of an unknown METRICS_* unless the app is strict; invalid values are errors', () => {
    const env = { METRICS_SAMPLING_RATES: '0.25', METRICS_BUFFER_SIZE: '7' };
    const config = readTelemetryConfig({ env, dotEnv: { METRICS_X: 'y' } });
    expect(config.maxTraces).toBe(7);
    expect(config.warnings).toEqual([
      'METRICS_SAMPLING_RATES="0.25" (environment): unknown setting; did you mean METRICS_SAMPLING_RATE?',
      expect.stringMatching(/^METRICS_X="y" \(\.env\): unknown setting; the names are METRICS_ENABLED, /),
    ]);
    expect(() => readTelemetryConfig({ env: { METRICS_BUFFER_SIZE: 'abc' } })).toThrow(TelemetryConfigError);
  });

  it('accepts the METRICS_* that the app reads itself, and lists them with its own', () => {
    const appSettings = [
      { name: 'METRICS_TOKEN', default: 'none', meaning: 'reads the pages', secret: true },
      { name: 'METRICS_THEME', default: 'light', meaning: 'of the pages' },
    ];
    const config = (env: Record<string, string>) =>
      readTelemetryConfig({ env, appSettings, strictSettings: true });
    expect(config({}).settings.slice(-2)).toEqual([
      { name: 'METRICS_TOKEN', value: 'none', source: 'default', meaning: 'reads the pages' },
      { name: 'METRICS_THEME', value: 'light', source: 'default', meaning: 'of the pages' },
    ]);
    const written = config({ METRICS_TOKEN: 'hunter2', METRICS_THEME: 'dark' });
    expect(written.settings.slice(-2)).toMatchObject([
      { value: '(set)', source: 'environment' },
      { value: 'dark', source: 'environment' },
    ]);
    expect(() => config({ METRICS_TOKN: 'hunter2' })).toThrow(
      'METRICS_TOKN=(hidden) (environment): unknown setting; did you mean METRICS_TOKEN?',
    );
  });

  it('never shows a secret, right or wrong', () => {
    const config = read({
      OTEL_EXPORTER_OTLP_ENDPOINT: 'https://someone:hunter2@collector.example/base?key=hunter2',
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20hunter2',
      OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'hunter2',
    });
    expect(source(config, 'OTEL_EXPORTER_OTLP_ENDPOINT')?.value).toBe('https://collector.example/base');
    expect(JSON.stringify([config.settings, config.warnings])).not.toContain('hunter2');
    for (const env of [{ METRICS_API_TOKEN: 'hunter2' }, { METRICS_PASSWORD: 'hunter2' }]) {
      expect(problemsOf(env)).toHaveLength(1);
      expect(JSON.stringify(problemsOf(env))).not.toContain('hunter2');
    }
  });

  it('cuts a long value and escapes control characters', () => {
    const [problem] = problemsOf({ METRICS_BUFFER_SIZE: `\u001B[2J${'9'.repeat(5000)}` });
    expect(problem?.value).toContain('\\u001b[2J');
    expect(problem?.value.length).toBeLessThan(100);
  });
});

describe('readTelemetryConfig with OTEL_* settings', () => {
  it('exports if and only if an endpoint for all signals or for traces is set', () => {
    expect(read({}).traceExport).toBeUndefined();
    expect(read({ OTEL_EXPORTER_OTLP_ENDPOINT: '' }).traceExport).toBeUndefined();
    expect(read({ OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'http://m:1/x' }).traceExport).toBeUndefined();
    expect(read({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318' }).traceExport?.url).toBe(
      'http://c:4318/v1/traces',
    );
    expect(read({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318/base/?k=1' }).metricExport?.url).toBe(
      'http://c:4318/base/v1/metrics?k=1',
    );
    const tracesOnly = read({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://t:1/own' });
    expect([tracesOnly.traceExport?.url, tracesOnly.metricExport]).toEqual(['http://t:1/own', undefined]);
  });

  it('is disabled, exports and all, by OTEL_SDK_DISABLED and by METRICS_ENABLED', () => {
    for (const off of [
      { OTEL_SDK_DISABLED: 'TRUE', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c' },
      { METRICS_ENABLED: 'false', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c' },
    ]) {
      expect(read(off)).toMatchObject({
        enabled: false,
        traceExport: undefined,
        metricExport: undefined,
      });
    }
  });

  it('prefers the settings of a signal and merges headers', () => {
    const config = read({
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c',
      OTEL_EXPORTER_OTLP_HEADERS: 'a=1,b=2',
      OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'b=%33,c=4',
      OTEL_EXPORTER_OTLP_TIMEOUT: '500',
      OTEL_EXPORTER_OTLP_METRICS_TIMEOUT: '600',
      OTEL_EXPORTER_OTLP_TRACES_COMPRESSION: 'gzip',
    });
    expect(config.traceExport).toMatchObject({
      headers: { a: '1', b: '3', c: '4' },
      timeoutMillis: 500,
      compression: 'gzip',
    });
    expect(config.metricExport).toMatchObject({
      headers: { a: '1', b: '2' },
      timeoutMillis: 600,
      compression: 'none',
    });
  });

  it.each([
    ['OTEL_BSP_MAX_QUEUE_SIZE', 'abc'],
    ['OTEL_BSP_SCHEDULE_DELAY', '-5'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4318'],
    ['OTEL_SDK_DISABLED', 'yes'],
    ['OTEL_RESOURCE_ATTRIBUTES', 'novalue'],
    ['OTEL_RESOURCE_ATTRIBUTES', 'a=%zz'],
  ])('warns about %s=%s and goes on with the default', (name, value) => {
    const config = read({ [name]: value });
    expect(config.warnings).toHaveLength(1);
    expect(config.warnings[0]).toContain(name);
    expect(config.warnings[0]).toContain('the default');
    expect({ ...config, warnings: [] }).toEqual(read({}));
  });

  it('prefers OTEL_SERVICE_NAME to service.name of OTEL_RESOURCE_ATTRIBUTES', () => {
    const attributes = 'service.name=one,deployment.environment.name=test%2Cing';
    expect(read({ OTEL_RESOURCE_ATTRIBUTES: attributes }).resourceAttributes).toEqual({
      'service.name': 'one',
      'deployment.environment.name': 'test,ing',
    });
    expect(
      read({ OTEL_RESOURCE_ATTRIBUTES: attributes, OTEL_SERVICE_NAME: 'two' }).resourceAttributes[
        'service.name'
      ],
    ).toBe('two');
  });

  it('never makes a batch larger than the queue', () => {
    expect(read({ OTEL_BSP_MAX_QUEUE_SIZE: '10' }).exportQueue.maxBatchItems).toBe(10);
  });
});
