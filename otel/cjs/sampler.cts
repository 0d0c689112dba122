// For `require`: the same modules, not copies of them, so that what is started by one is seen by the other.
export * from '../sampler.ts';
