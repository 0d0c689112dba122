/** As the specification of the exporter names it. */
export const USER_AGENT = 'OTel-OTLP-Exporter-JavaScript';

/** Sends one encoded OTLP request at a time to one receiver. */
export interface OtlpTransport {
  /**
   * Resolves with the body of the response to an accepted request. Rejects with ExportFailure; if `abort` ends the export, with an error whose
   * name is AbortError.
   *
   * @param body An encoded request, not compressed.
   */
  send(body: Uint8Array, mediaType: string, abort: AbortSignal): Promise<Uint8Array>;
  /** Closes its connections. */
  close(): void;
}
