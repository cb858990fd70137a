import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { z } from "zod";
import { StartError } from "./start-error.ts";

export const SERVICES = ["users", "bookings"] as const;

/** A service that can run alone. */
export type ServiceName = (typeof SERVICES)[number];

/** What the arguments and the environment say, checked. */
export interface Config {
  /** The services of this process. */
  services: readonly ServiceName[];
  production: boolean;
  host: string;
  ports: Readonly<Record<ServiceName, number>>;
  /** Where the users service answers: its signing keys are read there. */
  usersUrl: string;
  /** A database server; without one the database runs in this process. */
  databaseUrl: string | undefined;
  /** Absolute: the embedded database and the development keyring live there. */
  dataFolder: string;
  /** The keyring; `undefined` in development, when one is kept in the data folder. */
  keys: string | undefined;
  /** Whether an empty database gets demo accounts, rooms and bookings. */
  demo: boolean;
  logLevel: string;
}

const port = (fallback: number) =>
  z.coerce
    .number({ error: "is a port number" })
    .int("is a port number")
    .min(1, "is a port number")
    .max(65_535, "is a port number")
    .default(fallback);

const environment = z.object({
  NODE_ENV: z.string().default("development"),
  HOST: z.string().min(1).default("127.0.0.1"),
  USERS_PORT: port(8001),
  BOOKINGS_PORT: port(8003),
  USERS_URL: z.url({ protocol: /^https?$/, error: "is an http or https URL" }).optional(),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, "is a PostgreSQL connection string, such as postgresql://user:password@host:5432/name")
    .optional(),
  NIGHTLATCH_DATA: z.string().min(1).default(".data"),
  NIGHTLATCH_KEYS: z.string().optional(),
  DEMO_DATA: z.enum(["on", "off"], { error: 'is "on" or "off"' }).default("on"),
  LOG_LEVEL: z.enum(["trace", "debug", "info", "warn", "error", "fatal", "silent"], { error: "is a pino level, such as info" }).optional(),
});

const HOW_TO_MAKE_KEYS =
  "Make them once, with\n" +
  `    export NIGHTLATCH_KEYS="$(node -p "'k1:' + crypto.randomBytes(32).toString('base64')")"\n` +
  "and keep them where your other secrets are, never beside the database. Who loses them loses every enrolled authenticator.";

function servicesIn(args: readonly string[]): readonly ServiceName[] {
  let service: string | undefined;
  try {
    ({ service } = parseArgs({ args: [...args], options: { service: { type: "string" } } }).values);
  } catch (error) {
    throw new StartError(`${error instanceof Error ? error.message : String(error)}\nUsage: main.ts [--service ${SERVICES.join("|")}]`);
  }
  if (service === undefined) return SERVICES;
  const known = SERVICES.find((name) => name === service);
  if (!known) throw new StartError(`There is no service "${service}". --service is one of: ${SERVICES.join(", ")}.`);
  return [known];
}

/** An address that this machine can call, for one that it listens on. */
export const callable = (host: string): string =>
  ["0.0.0.0", "::"].includes(host) ? "127.0.0.1" : host.includes(":") ? `[${host}]` : host;

/**
 * Reads the configuration.
 *
 * @throws StartError that says which variable is wrong or missing, and how to set it
 */
export function loadConfig(args: readonly string[], env: NodeJS.ProcessEnv): Config {
  const services = servicesIn(args);
  // An empty variable is how compose files and shells say that there is none.
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value?.trim()));
  const checked = environment.safeParse(given);
  if (!checked.success) {
    const faults = checked.error.issues.map(({ path, message }) => `  ${path.join(".")} ${message}.`);
    throw new StartError(`The environment is not what it should be:\n${faults.join("\n")}`);
  }
  const { data } = checked;
  const production = data.NODE_ENV === "production";
  if (services.length < SERVICES.length && !data.DATABASE_URL) {
    throw new StartError(
      `--service ${services.join()} runs apart from the other services, so they share a database server: set ` +
        "DATABASE_URL=postgresql://user:password@host:5432/name. Without --service everything runs in one process, and needs no server.",
    );
  }
  if (production && !data.NIGHTLATCH_KEYS) {
    throw new StartError(`NODE_ENV is production and NIGHTLATCH_KEYS is not set: nothing could be sealed. ${HOW_TO_MAKE_KEYS}`);
  }
  return Object.freeze({
    services,
    production,
    host: data.HOST,
    ports: { users: data.USERS_PORT, bookings: data.BOOKINGS_PORT },
    usersUrl: (data.USERS_URL ?? `http://${callable(data.HOST)}:${data.USERS_PORT}`).replace(/\/+$/, ""),
    databaseUrl: data.DATABASE_URL,
    dataFolder: resolve(data.NIGHTLATCH_DATA),
    keys: data.NIGHTLATCH_KEYS,
    demo: !production && data.DEMO_DATA === "on",
    logLevel: data.LOG_LEVEL ?? (production ? "info" : "warn"),
  });
}
