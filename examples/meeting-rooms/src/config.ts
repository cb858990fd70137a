import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { z } from "zod";
import type { BookingBounds } from "./bookings/booking.ts";
import { services as all, type ServiceName } from "./services.ts";
import { StartError } from "./start-error.ts";

const SERVICES = all.map(({ name }) => name);

/** What the arguments and the environment say, checked. */
export interface Config {
  /** The services of this process. */
  services: readonly ServiceName[];
  /** The web console's port, where it is of this process; it needs neither keys nor a database. */
  consolePort: number | undefined;
  /** Where Grafana is, for the console to lead to. */
  grafanaUrl: string | undefined;
  /** Not to serve, but to make the next signing key. */
  rotateSigningKey: boolean;
  /** That key at once, and none beside it: the one that signs now got out. */
  rotateNow: boolean;
  production: boolean;
  host: string;
  /** Whether nobody but this machine can reach the services: what is made for trying things out is open there alone. */
  onLoopback: boolean;
  ports: Readonly<Record<ServiceName, number>>;
  /** Where each service answers, for the others: `users` publishes its signing keys there. */
  urls: Readonly<Record<ServiceName, string>>;
  /** Where each process of each service answers, for analytics to watch. */
  processes: Readonly<Record<ServiceName, readonly string[]>>;
  /** A database server; without one the database runs in this process. */
  databaseUrl: string | undefined;
  /** For limits and live updates across processes; without one each process has its own. */
  redisUrl: string | undefined;
  /** Where mail goes; without one it lies in the database, to be read at `/inbox` outside production. */
  smtpUrl: string | undefined;
  mailFrom: string;
  /** The page where users manage their second factor, for mails to lead to. */
  securityPage: string | undefined;
  /** Whose `X-Forwarded-For` is believed, as Express' `trust proxy` says it. */
  trustProxy: string;
  /** How far ahead, and how much, one may book. */
  bookings: BookingBounds;
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

const wholeNumber = (least: number, most: number) => {
  const what = `is a whole number from ${least} to ${most}`;
  return z.coerce.number({ error: what }).int(what).min(least, what).max(most, what);
};

const webUrl = (error: string) => z.url({ protocol: /^https?$/, error });
const url = webUrl("is an http or https URL");

const withoutSlash = (text: string): string => text.replace(/\/+$/, "");

/** What is said of a service: `USERS_PORT`, `USERS_URL`, `USERS_PROCESSES`. */
const place = (usual: number) =>
  z.object({
    PORT: port(usual),
    URL: url.transform(withoutSlash).optional(),
    PROCESSES: z
      .string()
      .transform((list) => list.split(",").map((one) => one.trim()))
      .pipe(z.array(webUrl("is http or https URLs with commas between them").transform(withoutSlash)))
      .refine((list) => new Set(list).size === list.length, "names each process once")
      .optional(),
  });

type Place = z.output<ReturnType<typeof place>>;

/** The places of all services, by their names. */
const ofServices = z.object(
  Object.fromEntries(all.map(({ name, port: usual }) => [name, place(usual)])) as Record<ServiceName, ReturnType<typeof place>>,
);

/** The variables that are said of services, by service. */
const saidOfServices = (env: Readonly<Record<string, string | undefined>>): Record<string, Record<string, string | undefined>> =>
  Object.fromEntries(
    SERVICES.map((name) => [
      name,
      Object.fromEntries(["PORT", "URL", "PROCESSES"].map((what) => [what, env[`${name.toUpperCase()}_${what}`]])),
    ]),
  );

const environment = z.object({
  NODE_ENV: z.string().default("development"),
  HOST: z.string().min(1).default("127.0.0.1"),
  WEB_CONSOLE: z.enum(["on", "off"], { error: 'is "on" or "off"' }).default("on"),
  CONSOLE_PORT: port(8000),
  GRAFANA_URL: url.optional(),
  BOOKING_DAYS_AHEAD: wholeNumber(1, 3_660).default(366),
  BOOKINGS_TO_COME: wholeNumber(1, 100_000).default(100),
  TRUST_PROXY: z.string().min(1).default("loopback"),
  REDIS_URL: z
    .string()
    .regex(/^rediss?:\/\//, "is a Redis address, such as redis://:password@host:6379")
    .optional(),
  SMTP_URL: z
    .string()
    .regex(/^smtps?:\/\//, "is a mail server, such as smtps://user:password@host:465")
    .optional(),
  MAIL_FROM: z.string().min(3).default("Smart Meeting Rooms <no-reply@localhost>"),
  SECURITY_PAGE: url.optional(),
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

/** What `--service` may name. */
const NAMES = [...SERVICES, "console"].join("|");

const USAGE = `Usage: main.ts [--service ${NAMES}] [--rotate-signing-key [--now]]`;

/** What the arguments ask for. */
interface Asked {
  services: readonly ServiceName[];
  console: boolean;
  rotateSigningKey: boolean;
  rotateNow: boolean;
}

function readArguments(args: readonly string[]): Asked {
  let given: { service?: string | undefined; "rotate-signing-key"?: boolean | undefined; now?: boolean | undefined };
  try {
    given = parseArgs({
      args: [...args],
      options: { service: { type: "string" }, "rotate-signing-key": { type: "boolean" }, now: { type: "boolean" } },
    }).values;
  } catch (error) {
    throw new StartError(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
  }
  const { service, "rotate-signing-key": rotateSigningKey = false, now: rotateNow = false } = given;
  if (rotateNow && !rotateSigningKey) throw new StartError(`--now belongs to --rotate-signing-key.\n${USAGE}`);
  const rotating = { rotateSigningKey, rotateNow };
  if (service === undefined) return { services: SERVICES, console: true, ...rotating };
  if (service === "console") return { services: [], console: true, ...rotating };
  const known = SERVICES.find((name) => name === service);
  if (!known) throw new StartError(`There is no service "${service}". --service is one of: ${NAMES.replaceAll("|", ", ")}.`);
  return { services: [known], console: false, ...rotating };
}

/** Whether an address to listen on is of this machine alone (RFC 1122 §3.2.1.3, RFC 4291 §2.5.3, RFC 6761 §6.3). */
const isLoopback = (host: string): boolean => host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);

/** An address that this machine can call, for one that it listens on. */
export const callable = (host: string): string =>
  ["0.0.0.0", "::"].includes(host) ? "127.0.0.1" : host.includes(":") ? `[${host}]` : host;

/**
 * Reads the configuration.
 *
 * @throws StartError that says which variable is wrong or missing, and how to set it
 */
export function loadConfig(args: readonly string[], env: NodeJS.ProcessEnv): Config {
  const { services, console, rotateSigningKey, rotateNow } = readArguments(args);
  // An empty variable is how compose files and shells say that there is none.
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value?.trim()));
  const checked = environment.safeParse(given);
  const places = ofServices.safeParse(saidOfServices(given));
  if (!checked.success || !places.success) {
    const faults = [
      ...(checked.error?.issues ?? []).map(({ path, message }) => `  ${path.join(".")} ${message}.`),
      ...(places.error?.issues ?? []).map(
        ({ path: [service, what], message }) => `  ${String(service).toUpperCase()}_${String(what)} ${message}.`,
      ),
    ];
    throw new StartError(`The environment is not what it should be:\n${faults.join("\n")}`);
  }
  const { data } = checked;
  const production = data.NODE_ENV === "production";
  const servesData = services.length > 0 || rotateSigningKey;
  if (servesData && services.length < SERVICES.length && !data.DATABASE_URL) {
    throw new StartError(
      `--service ${services.join()} runs apart from the other services, so they share a database server: set ` +
        "DATABASE_URL=postgresql://user:password@host:5432/name. Without --service everything runs in one process, and needs no server.",
    );
  }
  if (servesData && production && !data.NIGHTLATCH_KEYS) {
    throw new StartError(`NODE_ENV is production and NIGHTLATCH_KEYS is not set: nothing could be sealed. ${HOW_TO_MAKE_KEYS}`);
  }
  const onLoopback = isLoopback(data.HOST);
  const demo = !production && data.DEMO_DATA === "on";
  if (demo && !onLoopback && services.length > 0) {
    throw new StartError(
      `HOST is ${data.HOST}, which others can reach, and demo accounts have a password that is printed for all to read. ` +
        "DEMO_DATA=off starts without them; HOST=127.0.0.1 is this machine alone.",
    );
  }
  const ofEach = <Value>(value: (place: Place) => Value): Readonly<Record<ServiceName, Value>> =>
    Object.fromEntries(SERVICES.map((name) => [name, value(places.data[name])])) as Record<ServiceName, Value>;
  const urlOf = ({ URL, PORT }: Place): string => URL ?? `http://${callable(data.HOST)}:${PORT}`;
  return Object.freeze({
    services,
    consolePort: console && data.WEB_CONSOLE === "on" ? data.CONSOLE_PORT : undefined,
    grafanaUrl: data.GRAFANA_URL,
    rotateSigningKey,
    rotateNow,
    production,
    host: data.HOST,
    onLoopback,
    ports: ofEach(({ PORT }) => PORT),
    urls: ofEach(urlOf),
    processes: ofEach((place) => place.PROCESSES ?? [urlOf(place)]),
    databaseUrl: data.DATABASE_URL,
    redisUrl: data.REDIS_URL,
    smtpUrl: data.SMTP_URL,
    mailFrom: data.MAIL_FROM,
    securityPage: data.SECURITY_PAGE,
    trustProxy: data.TRUST_PROXY,
    bookings: { daysAhead: data.BOOKING_DAYS_AHEAD, toCome: data.BOOKINGS_TO_COME },
    dataFolder: resolve(data.NIGHTLATCH_DATA),
    keys: data.NIGHTLATCH_KEYS,
    demo: demo && onLoopback,
    logLevel: data.LOG_LEVEL ?? (production ? "info" : "warn"),
  });
}
