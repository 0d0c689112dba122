/** Attributes whose name was in a namespace of the conventions, and their name now. Files, rules and downloads may still have the former one. */
const CURRENT: ReadonlyMap<string, string> = new Map([
  ['http.response.outcome', 'operation.outcome'],
  ['http.response.time_to_first_byte', 'operation.time_to_first_byte'],
  ['http.request.wait', 'operation.wait'],
  ['http.address.unknown', 'operation.address_unknown'],
  ['db.response.changed_rows', 'operation.changed_rows'],
  ['db.transaction.mode', 'operation.transaction.mode'],
  ['db.transaction.outcome', 'operation.transaction.outcome'],
  ['db.transaction.begin.duration', 'operation.transaction.begin_duration'],
  ['db.transaction.commit.duration', 'operation.transaction.commit_duration'],
]);
const FORMER: ReadonlyMap<string, string> = new Map(
  [...CURRENT].map(([former, current]) => [current, former]),
);

/** The name of an attribute now; every other name stays. */
export function currentAttributeName(name: string): string {
  return CURRENT.get(name) ?? name;
}

/** The name that an attribute had; undefined if it always had this one. */
export function formerAttributeName(name: string): string | undefined {
  return FORMER.get(name);
}
