/** Functions of the kit that an app and its pages use too. Importing this file starts nothing. */
export { isSecretName } from './secret-names.ts';
