/** Names of user agents, as telemetry has them: what it calls a program, the blog does not count as a person. */
export { agentName } from '../../otel/kit.ts';
