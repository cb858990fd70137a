/** A statement whose parameters have names. */
export interface Statement<Name extends string = string> {
  text: string;
  /** Whose value each parameter takes, from `$1` on. */
  names: readonly Name[];
}

/** Makes a statement of a text in which `:now` stands for the value of `now`, under the type given for it. */
export function statement<Name extends string>(types: Record<Name, string>, text: string): Statement<Name> {
  const names: Name[] = [];
  const place = (name: Name): number => {
    if (!names.includes(name)) names.push(name);
    return names.indexOf(name) + 1;
  };
  const numbered = text.replace(/(?<!:):([a-z]\w*)/gi, (_, name: Name) => `$${place(name)}::${types[name]}`);
  return Object.freeze({ text: numbered, names });
}

/** The values of a statement's parameters in their order; `null` for what is not given. */
export const valuesFor = <Name extends string>({ names }: Statement<Name>, values: Partial<Record<Name, unknown>>): unknown[] =>
  names.map((name) => values[name] ?? null);

const built = new WeakMap<object, Map<string, Statement>>();

/** Statements that depend on something, such as a schedule, are built when they are first wanted, and kept as long as it is. */
export function kept(of: object, name: string, build: () => Statement): Statement {
  const ours = built.get(of) ?? new Map<string, Statement>();
  built.set(of, ours);
  const found = ours.get(name) ?? build();
  ours.set(name, found);
  return found;
}
