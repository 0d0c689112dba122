/** One line of the settings in force; secrets read `(set)`. */
export interface EffectiveSetting {
  readonly name: string;
  readonly value: string;
  readonly source: 'environment' | '.env' | 'default' | 'page';
  readonly meaning: string;
}
