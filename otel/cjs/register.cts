throw new Error('Start telemetry with --import: --require cannot wait until it has started');
