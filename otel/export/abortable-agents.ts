import { readFile } from 'node:fs/promises';
import type { Agent as HttpAgent } from 'node:http';
import type { Agent as HttpsAgent } from 'node:https';
import type { OtlpTarget } from '../settings/otlp-target.ts';

/**
 * The HTTP agents of one OTLP exporter, kept so that a running request can be cut off: the exporter's own timeout is one of
 * silence, and a receiver that drips never reaches it.
 */
export class AbortableAgents {
  readonly #target: OtlpTarget;
  readonly #agents: (HttpAgent | HttpsAgent)[] = [];
  #isClosed = false;

  constructor(target: OtlpTarget) {
    this.#target = target;
  }

  /**
   * An agent factory as the OTLP exporters take it; imports late, so that the HTTP instrumentation is first. Rejects, naming the file,
   * when a certificate cannot be read: the export fails and says why.
   */
  readonly factory = async (protocol: string): Promise<HttpAgent | HttpsAgent> => {
    const agent = protocol === 'https:' ? await this.#httpsAgent() : await httpAgent();
    this.#agents.push(agent);
    if (this.#isClosed) refuseConnections(agent);
    return agent;
  };

  /** Destroys every connection, also those in use; later requests open new ones. */
  abort(): void {
    for (const agent of this.#agents) agent.destroy();
  }

  /** Aborts, and fails later requests at once: the OTLP exporter would go on with its retries. */
  close(): void {
    this.#isClosed = true;
    this.#agents.forEach(refuseConnections);
    this.abort();
  }

  async #httpsAgent(): Promise<HttpsAgent> {
    const { certificateFile, clientCertificateFile, clientKeyFile } = this.#target;
    const { Agent } = await import('node:https');
    return new Agent({
      keepAlive: true,
      ...(certificateFile && { ca: await readFile(certificateFile) }),
      ...(clientCertificateFile && { cert: await readFile(clientCertificateFile) }),
      ...(clientKeyFile && { key: await readFile(clientKeyFile) }),
    });
  }
}

async function httpAgent(): Promise<HttpAgent> {
  const { Agent } = await import('node:http');
  return new Agent({ keepAlive: true });
}

function refuseConnections(agent: HttpAgent | HttpsAgent): void {
  agent.createConnection = () => {
    throw new Error('the exporter is shut down');
  };
}
