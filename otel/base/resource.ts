import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Attributes } from '@opentelemetry/api';
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import type { Resource } from '@opentelemetry/resources';

/**
 * What is exported about this process: attributes that cost nothing to find out. The SDK's detectors also read the machine id and the
 * command line with all its arguments, which nobody asked to send away.
 */
export function telemetryResource(attributes: Readonly<Attributes>): Resource {
  return defaultResource().merge(
    resourceFromAttributes({
      'service.instance.id': randomUUID(),
      'process.pid': process.pid,
      'process.runtime.name': 'nodejs',
      'process.runtime.version': process.versions.node,
      'host.name': hostname(),
      ...attributes,
    }),
  );
}
