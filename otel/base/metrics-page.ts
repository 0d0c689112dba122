/** Metrics in the text format 0.0.4 of Prometheus, or in OpenMetrics 1.0.0 with exemplars if a client prefers it. */
export interface MetricsPage {
  /** HTTP status: 200, or 500 if the metrics could not be collected; then the text is a sentence that says why. */
  readonly status: 200 | 500;
  /** Value of the header. It depends on `Accept`. */
  readonly contentType: string;
  readonly text: string;
}
