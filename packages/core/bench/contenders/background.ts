import type { Pool } from "pg";

/** Rows made for each idle user, out of those of a user who is there. */
interface Copied {
  table: string;
  /** Which rows are copied. */
  from: string;
  /** Columns that can't be copied as they are, as SQL; `n` numbers the copies. */
  own: Readonly<Record<string, string>>;
}

const IDLE = "'idle-' || n";

/**
 * Enrolled users who do nothing: what a verification has to find its own rows among. Whatever columns the tables have,
 * their values are those of somebody enrolled by the engine or by better-auth, under another name; the copied secrets
 * open for nobody.
 */
const nightlatch = (template: string): Copied[] => [
  { table: "nightlatch_subjects", from: `subject = '${template}'`, own: { subject: IDLE } },
  { table: "nightlatch_factors", from: `subject = '${template}'`, own: { subject: IDLE, id: IDLE, fingerprint: "md5(n::text)" } },
  { table: "nightlatch_codes", from: `subject = '${template}'`, own: { subject: IDLE } },
  // Challenges that they answered lately: each stays for a day.
  { table: "nightlatch_spent", from: `id = '${template}'`, own: { id: IDLE } },
];

const bare = (template: string): Copied[] => [{ table: "bare_factors", from: `subject = '${template}'`, own: { subject: IDLE } }];

const betterAuth = (template: string): Copied[] => {
  const from = `"userId" = (SELECT id FROM "user" WHERE email = '${template}')`;
  const own = { id: IDLE, userId: IDLE };
  return [
    { table: `"user"`, from: `email = '${template}'`, own: { id: IDLE, email: `${IDLE} || '@example.com'` } },
    { table: `"twoFactor"`, from, own: { ...own, secret: `secret || n` } },
    { table: "account", from, own: { ...own, accountId: IDLE } },
    { table: "session", from, own: { ...own, token: "md5(n::text)" } },
  ];
};

const OF = { nightlatch, bare, "better-auth": betterAuth } as const;

/** Users made in one statement of each table. */
const BATCH = 10_000;

async function copier(pool: Pool, { table, from, own }: Copied): Promise<(first: number, last: number) => Promise<void>> {
  const { rows } = await pool.query<{ name: string }>(
    "SELECT attname AS name FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
    [table],
  );
  const columns = rows.map(({ name }) => `"${name}"`);
  const values = rows.map(({ name }) => own[name] ?? `"${name}"`);
  const text = `INSERT INTO ${table} (${columns.join(", ")}) SELECT ${values.join(", ")}
    FROM (SELECT * FROM ${table} WHERE ${from}) AS template, generate_series($1::int, $2::int) AS n`;
  return async (first, last) => void (await pool.query(text, [first, last]));
}

/** Adds idle users number `after + 1` to `to`, copies of one who is there; tells how far it is. */
export async function addIdle(
  pool: Pool,
  whose: keyof typeof OF,
  { template, after = 0, to }: { template: string; after?: number; to: number },
  progress: (part: number) => void = () => {},
): Promise<void> {
  if (whose === "nightlatch") {
    await pool.query("INSERT INTO nightlatch_spent (id, keep_until) VALUES ($1, 4102444800000) ON CONFLICT DO NOTHING", [template]);
  }
  const copiers = await Promise.all(OF[whose](template).map((copied) => copier(pool, copied)));
  for (let first = after + 1; first <= to; first += BATCH) {
    const last = Math.min(first + BATCH - 1, to);
    for (const copy of copiers) await copy(first, last);
    progress((last - after) / (to - after));
  }
}
