import type { ImportedFactor } from "../factors/index.ts";
import type { OtplibRow, SpeakeasyRow } from "../import/index.ts";
import { type BetterAuthOptions, type BetterAuthRow, fromBetterAuth, fromDjangoOtp, fromOtplib, fromSpeakeasy } from "../import/index.ts";
import { usage } from "./exit.ts";
import { type FileRow, formatOf, rowsOf } from "./rows.ts";

/** One authenticator to take over, or the reason why not. */
export interface Incoming {
  place: string;
  subject: string | undefined;
  tenant?: string;
  /** Throws a `RangeError` for what can't come over. */
  read(): string | ImportedFactor;
}

/** Where rows come from, and how they are read. */
export interface Source {
  from: string;
  subjectColumn?: string;
  tenantColumn?: string;
  tenant?: string;
  columns: ReadonlyMap<string, string>;
  betterAuth: BetterAuthOptions;
}

/** What the column of the user's id is called most often. */
const SUBJECT_COLUMNS = ["subject", "user_id", "userId", "user"];

const textOf = (value: unknown): string | undefined =>
  typeof value === "number" ? String(value) : typeof value === "string" && value !== "" ? value : undefined;

/** How each library's row is read. The readers judge the fields themselves. */
const READERS: Readonly<Record<string, (fields: FileRow["fields"], source: Source) => string | ImportedFactor>> = {
  otplib: (fields) => fromOtplib(fields as unknown as OtplibRow),
  speakeasy: (fields) => fromSpeakeasy(fields as SpeakeasyRow),
  "better-auth": (fields, { betterAuth }) => fromBetterAuth(fields as unknown as BetterAuthRow, betterAuth),
  uri({ uri, otpauth_url: url }) {
    const text = uri ?? url;
    if (typeof text === "string" && text !== "") return text;
    throw new RangeError("uri: there is none; name its column with --column uri=NAME");
  },
};

/** The names that `--from` takes. */
export const SOURCES: readonly string[] = [...Object.keys(READERS), "django-otp"];

function dumped(text: string, { tenant }: Source): Incoming[] {
  let dump: unknown;
  try {
    dump = JSON.parse(text);
  } catch {
    throw usage("The file is no JSON. Have Django write it: manage.py dumpdata otp_totp otp_hotp otp_static");
  }
  const within = tenant === undefined ? {} : { tenant };
  try {
    const { factors, left } = fromDjangoOtp(dump);
    return [
      ...factors.map(({ model, pk, user, factor }) => ({ place: `${model} ${pk}`, subject: user, ...within, read: () => factor })),
      ...left.map(({ model, pk, user, reason }) => ({
        place: `${model} ${pk}`,
        subject: user,
        ...within,
        read: () => {
          throw new RangeError(reason);
        },
      })),
    ];
  } catch (error) {
    throw error instanceof RangeError ? usage(`The file can't be read: ${error.message}.`) : error;
  }
}

/** Everything in a file that is to come over. */
export function incoming(text: string, name: string, source: Source): Incoming[] {
  if (source.from === "django-otp") return dumped(text, source);
  const read = READERS[source.from];
  if (!read) throw usage(`--from is one of ${SOURCES.join(", ")}.`);
  const rows = rowsOf(text, formatOf(name, text), source.columns);
  const candidates = source.subjectColumn === undefined ? SUBJECT_COLUMNS : [source.subjectColumn];
  const column = candidates.find((candidate) => rows.some(({ fields }) => fields[candidate] !== undefined));
  if (rows.length > 0 && column === undefined) {
    const looked = source.subjectColumn === undefined ? SUBJECT_COLUMNS.join(", ") : source.subjectColumn;
    throw usage(`No row says whose it is: looked for ${looked}. Name the column of the user's id with --subject-column.`);
  }
  return rows.map(({ place, fields }) => {
    const tenant = source.tenantColumn === undefined ? source.tenant : textOf(fields[source.tenantColumn]);
    const subject = column === undefined ? undefined : textOf(fields[column]);
    return { place, subject, ...(tenant === undefined ? {} : { tenant }), read: () => read(fields, source) };
  });
}
