import { readFileSync } from 'node:fs';
import type { Agent as HttpAgent } from 'node:http';
import type { Agent as HttpsAgent, AgentOptions } from 'node:https';
import type { OtlpTarget } from '../settings/otlp-target.ts';

/**
 * The HTTP agents of one OTLP exporter, kept so that a running request can be cut off: the exporter's own timeout is one of
 * silence, and a receiver that drips never reaches it.
 */
export class AbortableAgents {
  readonly #tls: AgentOptions;
  readonly #agents: (HttpAgent | HttpsAgent)[] = [];

  /** Throws, naming the setting, when a certificate file cannot be read. */
  constructor(target: OtlpTarget) {
    this.#tls = {
      ...fileOption('ca', target.certificateFile),
      ...fileOption('cert', target.clientCertificateFile),
      ...fileOption('key', target.clientKeyFile),
    };
  }

  /** An agent factory as the OTLP exporters take it; imports late, so that the HTTP instrumentation is first. */
  readonly factory = async (protocol: string): Promise<HttpAgent | HttpsAgent> => {
    const options = { keepAlive: true };
    let agent: HttpAgent | HttpsAgent;
    if (protocol === 'https:') {
      const https = await import('node:https');
      agent = new https.Agent({ ...options, ...this.#tls });
    } else {
      const http = await import('node:http');
      agent = new http.Agent(options);
    }
    this.#agents.push(agent);
    return agent;
  };

  /** Destroys every connection, also those in use; later requests open new ones. */
  abort(): void {
    for (const agent of this.#agents) agent.destroy();
  }
}

function fileOption(option: 'ca' | 'cert' | 'key', path: string | undefined): AgentOptions {
  return path === undefined ? {} : { [option]: readFileSync(path) };
}
