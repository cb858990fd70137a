import { newDatabase } from "@nightlatch/internal-services";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { type Host, newHost } from "./support/cli.ts";
import { TEST_KEYS } from "./support/kit.ts";
import { newPool } from "./support/mysql.ts";

const mysqlUrl = inject("mysqlUrl");

let host: Host;
beforeAll(async () => {
  host = await newHost();
});
afterAll(async () => {
  await host?.remove();
});

/** Runs the program on that database. */
const run = (url: URL, ...args: string[]) => host.run(args, { env: { DATABASE_URL: url.href, NIGHTLATCH_KEYS: TEST_KEYS } });

const as = (url: URL, user: string): URL => Object.assign(new URL(url), { username: user, password: `${user}-password` });

describe("a user of PostgreSQL who lacks rights", () => {
  let url: URL;
  let owner: pg.Pool;
  let role: string;

  beforeAll(async () => {
    url = new URL(await newDatabase(inject("postgresUrl")));
    role = `rights${url.pathname.slice(1)}`;
    expect((await run(url, "migrate")).exit).toBe(0);
    owner = new pg.Pool({ connectionString: url.href, max: 1 });
    await owner.query(`CREATE ROLE ${role} LOGIN PASSWORD '${role}-password'`);
  });
  afterAll(async () => {
    await owner?.query(`DROP OWNED BY ${role}`);
    await owner?.query(`DROP ROLE ${role}`);
    await owner?.end();
  });

  test("is told of what it may not use, and how to mend it, instead of a database that won't open", async () => {
    const doctor = await run(as(url, role), "doctor");
    expect(doctor).toMatchObject({
      exit: 3,
      out: expect.stringContaining("lacks a right: permission denied for table nightlatch_migrations"),
    });
    expect(doctor.out).toContain("Grant the database's user SELECT, INSERT, UPDATE and DELETE on the tables nightlatch_*");
    await owner.query(`GRANT SELECT ON nightlatch_migrations TO ${role}`);
    const listed = await run(as(url, role), "audit", "list");
    expect(listed).toMatchObject({ exit: 3, err: expect.stringContaining("permission denied for table nightlatch_") });
    expect(listed.err).toContain("Grant the database's user");
    expect(doctor.out + doctor.err + listed.err).not.toContain(`${role}-password`);
  });

  test("is found by doctor, by each right and with the statement that mends it", async () => {
    await owner.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ${role}`);
    expect((await run(as(url, role), "doctor")).out).toContain("No faults.");
    await owner.query("REVOKE EXECUTE ON FUNCTION nightlatch_blank(text, text) FROM PUBLIC");
    await owner.query(`REVOKE DELETE ON nightlatch_spent FROM ${role}`);
    const doctor = await run(as(url, role), "doctor");
    expect(doctor).toMatchObject({
      exit: 1,
      out: expect.stringContaining("lacks 2 rights: DELETE ON nightlatch_spent, EXECUTE ON FUNCTION"),
    });
    const grants = [...doctor.out.matchAll(/GRANT .*? TO …;/g)].map(([grant]) => grant.replace("…", role));
    expect(grants).toHaveLength(2);
    for (const grant of grants) await owner.query(grant);
    expect((await run(as(url, role), "doctor")).out).toContain("No faults.");
  });
});

describe.skipIf(mysqlUrl === null)("a user of MariaDB who lacks rights", () => {
  test("is told of the table, and how to mend it", async () => {
    const { url: address, pool } = await newPool(mysqlUrl ?? "", { connectionLimit: 1 });
    const [url, user] = [new URL(address), "rights"];
    const database = url.pathname.slice(1);
    try {
      expect((await run(url, "migrate")).exit).toBe(0);
      await pool.query(`CREATE OR REPLACE USER '${user}'@'%' IDENTIFIED BY '${user}-password'`);
      const shut = await run(as(url, user), "doctor");
      expect(shut).toMatchObject({ exit: 3, out: expect.stringContaining("lacks a right: Access denied for user") });
      await pool.query(`GRANT SELECT ON ${database}.nightlatch_migrations TO '${user}'@'%'`);
      const listed = await run(as(url, user), "audit", "list");
      expect(listed).toMatchObject({ exit: 3, err: expect.stringMatching(/SELECT command denied .*`nightlatch_data_keys`/) });
      expect(listed.err).toContain("Grant the database's user");
      expect(shut.out + listed.err).not.toContain(`${user}-password`);
    } finally {
      await pool.query(`DROP USER IF EXISTS '${user}'@'%'`);
      await pool.end();
    }
  });
});
