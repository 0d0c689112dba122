/** Metrics in the text format 0.0.4 of Prometheus, or in OpenMetrics 1.0.0 with exemplars if a client prefers it. */
export interface MetricsPage {
  /** Value of the header. It depends on `Accept`. */
  readonly contentType: string;
  readonly text: string;
}
