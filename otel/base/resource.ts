import { randomUUID } from 'node:crypto';
import { arch, hostname, platform, release } from 'node:os';
import { basename } from 'node:path';
import type { Attributes } from '@opentelemetry/api';
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import type { Resource } from '@opentelemetry/resources';
import { headRevision, packageVersion, programVersion } from './program-files.ts';

/** Resource detectors by their names in OTEL_NODE_RESOURCE_DETECTORS; `env` reads OTEL_RESOURCE_ATTRIBUTES. */
type Detector = 'env' | 'host' | 'os' | 'process' | 'serviceinstance';

const ALL: readonly Detector[] = ['env', 'host', 'os', 'process', 'serviceinstance'];

/** Node's names of architectures, as the conventions spell them. */
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', arm: 'arm32', ia32: 'x86' };
const SYSTEMS: Readonly<Record<string, string>> = { win32: 'windows', sunos: 'solaris' };

const DETECTED: readonly (readonly [detector: Detector, attributes: () => Attributes])[] = [
  ['host', () => ({ 'host.name': hostname(), 'host.arch': ARCHITECTURES[arch()] ?? arch() })],
  ['os', () => ({ 'os.type': SYSTEMS[platform()] ?? platform(), 'os.version': release() })],
  ['process', processAttributes],
  ['serviceinstance', () => ({ 'service.instance.id': randomUUID() })],
];

/**
 * Resource attributes of this process. The SDK's detectors also read the machine id and the whole command line, which may contain a password and
 * which nobody asked to export. `attributes` override what is detected.
 */
export function telemetryResource(
  attributes: Readonly<Attributes>,
  detectors: readonly Detector[] = ALL,
): Resource {
  const detected = DETECTED.filter(([detector]) => detectors.includes(detector));
  const found = detected.flatMap(([, read]) => Object.entries(read()));
  const known = Object.fromEntries(found.filter(([, value]) => value !== undefined));
  return defaultResource().merge(resourceFromAttributes({ ...known, ...attributes }));
}

/** Undefined if the files do not say. */
function processAttributes(): Attributes {
  const program = process.argv[1];
  return {
    'service.version': program === undefined ? undefined : packageVersion(program),
    'vcs.ref.head.revision': program === undefined ? undefined : headRevision(program),
    'process.pid': process.pid,
    'process.creation.time': new Date(Date.now() - process.uptime() * 1000).toISOString(),
    'process.executable.name': basename(process.execPath),
    'process.executable.path': process.execPath,
    'process.command': process.argv0,
    'process.runtime.name': 'nodejs',
    'process.runtime.version': process.versions.node,
    'process.runtime.description': 'Node.js',
  };
}

/** `service.version` as configured; else version and commit of the program, see `programVersion`. */
export function serviceVersion({ 'service.version': asked }: Readonly<Attributes>): string | undefined {
  return typeof asked === 'string' && asked !== '' ? asked : programVersion(process.argv[1]);
}
