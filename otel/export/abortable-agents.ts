import { readFile } from 'node:fs/promises';
import type { Agent as HttpAgent } from 'node:http';
import type { Agent as HttpsAgent } from 'node:https';
import type { OtlpTarget } from '../settings/otlp-target.ts';

/**
 * HTTP agents of one OTLP exporter, kept so that a running request can be aborted: the exporter's own timeout is one of silence, which a receiver
 * that sends bytes slowly never reaches.
 */
export class AbortableAgents {
  readonly #target: OtlpTarget;
  readonly #agents: (HttpAgent | HttpsAgent)[] = [];
  #isClosed = false;

  constructor(target: OtlpTarget) {
    this.#target = target;
  }

  /**
   * Agent factory for the OTLP exporters; imports late, so that the HTTP instrumentation comes first. Rejects with the file's name if a certificate
   * cannot be read; the export then fails with that reason.
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

  /** Aborts, and fails later requests at once, because the OTLP exporter would keep retrying. */
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
