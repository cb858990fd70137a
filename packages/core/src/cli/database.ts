import type { Store } from "../stores/store.ts";
import { usage } from "./exit.ts";

/** The kinds of database that there is a store for. */
export type DatabaseKind = "postgres" | "mysql" | "sqlite";

/** A database that the program has opened itself. */
export interface Database {
  readonly kind: DatabaseKind;
  /** Where it is, without a password. */
  readonly place: string;
  /** What it says it is: "PostgreSQL 18.4". */
  readonly version: string;
  readonly store: Store;
  /** The versions of the tables that this release knows, as SQL. */
  readonly known: readonly { version: number; sql: string }[];
  /** The versions of the tables that have been installed; none where there are no tables. */
  installed(): Promise<number[]>;
  /** The rights that this connection's user lacks, each as GRANT has it; absent where the database is not asked. */
  lackingRights?(): Promise<string[]>;
  /** How many rows `nightlatch_factors` has, or how many of them are not sealed under this prefix. */
  countFactors(notUnder?: string): Promise<number>;
  /** Its clock, in milliseconds since 1970; `undefined` where that is this machine's own. */
  now(): Promise<number | undefined>;
  close(): Promise<void>;
}

const KINDS: Readonly<Record<string, DatabaseKind>> = {
  "postgres:": "postgres",
  "postgresql:": "postgres",
  "mysql:": "mysql",
  "mariadb:": "mysql",
  "sqlite:": "sqlite",
};

/** The kind that a connection string names. The string may hold a password, so no message repeats it. */
export function kindOf(url: string): DatabaseKind {
  const [scheme = ""] = /^[a-z]+:/i.exec(url) ?? [];
  const kind = KINDS[scheme.toLowerCase()];
  if (kind) return kind;
  throw usage("The database is given as postgres://…, mysql://… or sqlite:path, in --database or in DATABASE_URL. This is none of them.");
}

/** A connection string without what must not be shown. */
export function shown(url: string): string {
  if (!URL.canParse(url)) return `${kindOf(url)}://…`;
  const { protocol, username, host, pathname } = new URL(url);
  return `${protocol}//${username === "" ? "" : `${username}@`}${host}${pathname}`;
}
