import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { headRevision, packageVersion, programVersion } from '../../../otel/base/program-files.ts';
import { serviceVersion, telemetryResource } from '../../../otel/base/resource.ts';
import { readTelemetryConfig } from '../../../otel/config.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
});

const git = (cwd: string, ...args: string[]): string =>
  execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim();

describe('the resource', () => {
  it('describes the process correctly', () => {
    const { attributes } = telemetryResource({});
    expect(attributes).toMatchObject({
      'telemetry.sdk.language': 'nodejs',
      'host.name': hostname(),
      'process.pid': process.pid,
      'process.executable.path': process.execPath,
      'process.command': process.argv0,
      'process.runtime.version': process.versions.node,
      'service.instance.id': expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
  });

  it('has the creation time of the process', () => {
    jest.useFakeTimers({ now: Date.UTC(2026, 2, 20, 12), doNotFake: ['nextTick'] });
    const uptime = jest.spyOn(process, 'uptime').mockReturnValue(90);
    try {
      expect(telemetryResource({}).attributes['process.creation.time']).toBe('2026-03-20T11:58:30.000Z');
    } finally {
      uptime.mockRestore();
      jest.useRealTimers();
    }
  });

  it('contains no argument of the command line', () => {
    const args = ['--password=hunter2', 'postgres://me:hunter2@db/x'];
    const program = `
      import { telemetryResource } from '${new URL('../../../otel/base/resource.ts', import.meta.url).href}';
      console.log(JSON.stringify(telemetryResource({}).attributes));`;
    const file = join(folder, 'program.mjs');
    writeFileSync(file, program);
    writeFileSync(join(folder, 'package.json'), '{"version":"7.8.9"}');
    const text = execFileSync(process.execPath, [file, ...args], { encoding: 'utf8' });
    expect(text).not.toContain('hunter2');
    expect(JSON.parse(text)).toMatchObject({
      'process.command': process.execPath,
      'service.version': '7.8.9',
    });
  });

  it('follows OTEL_NODE_RESOURCE_DETECTORS, and explicit attributes override it', () => {
    const resourceOf = (env: Record<string, string>) => {
      const config = readTelemetryConfig({ env, serviceName: 'shop' });
      return telemetryResource(config.resourceAttributes, config.resourceDetectors).attributes;
    };
    const none = resourceOf({ OTEL_NODE_RESOURCE_DETECTORS: 'none', OTEL_RESOURCE_ATTRIBUTES: 'a=1' });
    expect(Object.keys(none).filter((key) => !key.startsWith('telemetry.sdk.'))).toEqual(['service.name']);
    const host = resourceOf({ OTEL_NODE_RESOURCE_DETECTORS: 'host,env', OTEL_RESOURCE_ATTRIBUTES: 'a=1' });
    expect(host).toMatchObject({ 'host.name': hostname(), a: '1' });
    expect(host['process.pid']).toBeUndefined();
    const said = resourceOf({
      OTEL_RESOURCE_ATTRIBUTES: 'service.version=9,service.instance.id=one,host.name=h',
    });
    expect(said).toMatchObject({
      'service.name': 'shop',
      'service.version': '9',
      'service.instance.id': 'one',
      'host.name': 'h',
    });
  });
});

describe('the version of the service', () => {
  it('is the configured one, else that of the program', () => {
    const versionOf = (value: string): string | undefined =>
      serviceVersion(readTelemetryConfig({ env: { OTEL_RESOURCE_ATTRIBUTES: value } }).resourceAttributes);
    expect(versionOf('service.version=3.1,a=1')).toBe('3.1');
    expect(versionOf('a=1')).toBe(programVersion(process.argv[1]));
  });
});

describe('packageVersion', () => {
  it.each([
    ['{"version":"1.2.3"}', '1.2.3'],
    ['{"name":"x"}', undefined],
    ['{"version":5}', undefined],
    ['{', undefined],
  ])('of %s is %s', (text, version) => {
    mkdirSync(join(folder, 'src', 'deep'), { recursive: true });
    writeFileSync(join(folder, 'package.json'), text);
    expect(packageVersion(join(folder, 'src', 'deep', 'main.ts'))).toBe(version);
  });
});

describe('headRevision', () => {
  const program = (root: string): string => join(root, 'src', 'main.ts');

  beforeEach(() => {
    git(folder, 'init', '-b', 'main');
    git(folder, 'commit', '--allow-empty', '-m', 'one');
  });

  it('is the commit of the branch, loose, packed, detached and in a worktree', () => {
    const first = git(folder, 'rev-parse', 'HEAD');
    expect(headRevision(program(folder))).toBe(first);
    git(folder, 'pack-refs', '--all');
    expect(readFileSync(join(folder, '.git', 'packed-refs'), 'utf8')).toContain(first);
    expect(headRevision(program(folder))).toBe(first);
    git(folder, 'commit', '--allow-empty', '-m', 'two');
    git(folder, 'checkout', first);
    expect(headRevision(program(folder))).toBe(first);
    git(folder, 'worktree', 'add', 'tree', '-b', 'side', 'main');
    expect(headRevision(program(join(folder, 'tree')))).toBe(git(folder, 'rev-parse', 'main'));
  });

  it('is undefined for a program installed below a repository that is not its own', () => {
    expect(headRevision(join(folder, 'node_modules', 'tool', 'bin.js'))).toBeUndefined();
    expect(headRevision(program(folder))).toBe(git(folder, 'rev-parse', 'HEAD'));
  });

  it('is undefined without a commit or without git files', () => {
    writeFileSync(join(folder, '.git', 'HEAD'), 'ref: refs/heads/none\n');
    expect(headRevision(program(folder))).toBeUndefined();
    writeFileSync(join(folder, '.git', 'HEAD'), '<html>');
    expect(headRevision(program(folder))).toBeUndefined();
  });
});
