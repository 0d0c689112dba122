/** Calls `draw` and returns its result. Telemetry passes one that records a span per call, named after the template; errors pass through. */
export type Render = <T>(template: string, draw: () => T) => T;
