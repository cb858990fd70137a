import { expect, test } from "vitest";
import { type Host, startHost, subjectOfBearer } from "./support/app.ts";
import { enrolled, grantOf, type Person } from "./support/people.ts";
import { expectProblem } from "./support/problems.ts";

/** Where a grant is earned or used. */
interface Cell {
  user: string;
  tenant: string;
  session: string;
  purpose: string;
  resource: string;
}

const cross = <T, K extends string>(cells: readonly T[], key: K, values: readonly string[]): (T & Record<K, string>)[] =>
  cells.flatMap((cell) => values.map((value) => ({ ...cell, [key]: value }) as T & Record<K, string>));

const CELLS: readonly Cell[] = cross(
  cross(cross(cross(cross([{}], "user", ["alice", "bob"]), "tenant", ["t1", "t2"]), "session", ["s1", "s2"]), "purpose", ["pay", "cancel"]),
  "resource",
  ["7", "8"],
);

const as = ({ user, session, tenant }: Cell): string => `${user}:${session}:${tenant}`;
const path = ({ purpose, resource }: Cell): string => `/${purpose}/${resource}`;
const nameOf = (cell: Cell): string => JSON.stringify(cell);

/** Guards with a purpose and a binding, with one of them, and with neither. */
async function matrixHost(): Promise<Host> {
  return await startHost({
    routes(app, stepUp, run) {
      const bind = ({ params }: { params: Record<string, unknown> }) => [String(params.id)];
      for (const purpose of ["pay", "cancel"]) {
        app.post(`/${purpose}/:id`, stepUp({ purpose, bind, maxAge: "15m" }), run);
        app.post(`/${purpose}-any`, stepUp({ purpose, maxAge: "15m" }), run);
      }
      app.post("/bound/:id", stepUp({ bind, maxAge: "15m" }), run);
      app.post("/any", stepUp({ maxAge: "15m" }), run);
    },
  });
}

/** One user of each name and tenant, for all sessions. */
async function everyone(host: Host): Promise<Map<string, Person>> {
  const people = new Map<string, Person>();
  for (const user of ["alice", "bob"]) {
    for (const tenant of ["t1", "t2"]) people.set(`${user}:${tenant}`, await enrolled(host, user, { tenant }));
  }
  return people;
}

const personOf = (people: Map<string, Person>, { user, tenant }: Pick<Cell, "user" | "tenant">): Person => {
  const person = people.get(`${user}:${tenant}`);
  if (!person) throw new Error(`nobody is called ${user} in ${tenant}`);
  return person;
};

/** How a grant is earned for a cell. */
type Earn = (host: Host, cell: Cell, person: Person) => Promise<string>;

const inline: Earn = async (host, cell, { fresh }) => {
  const { status, headers } = await host.call("POST", path(cell), { as: as(cell), headers: { "x-mfa-code": fresh() } });
  expect(status).toBe(200);
  return headers.get("mfa-grant") ?? "";
};

const answered: Earn = async (host, cell, { fresh }) => {
  const { challenge } = (await host.call("POST", path(cell), { as: as(cell) })).body;
  const { status, body } = await host.call("POST", "/auth/mfa/verify", { as: as(cell), body: { code: fresh(), challenge } });
  expect(status).toBe(200);
  return String(body.grant);
};

test.each([
  ["with a code at the guard", inline],
  ["by answering the guard's challenge", answered],
])("A32 a grant earned %s opens one cell of user, tenant, session, purpose and resource: its own", async (_how, earn) => {
  const host = await matrixHost();
  const people = await everyone(host);
  for (const cell of CELLS) {
    const grant = await earn(host, cell, personOf(people, cell));
    const opened = [];
    for (const other of CELLS) {
      const { status } = await host.call("POST", path(other), { as: as(other), headers: { "mfa-grant": grant } });
      if (status === 200) opened.push(nameOf(other));
      else expect(status).toBe(401);
    }
    expect(opened).toEqual([nameOf(cell)]);
  }
});

test.each(["/any", "/pay/7", "/pay-any", "/bound/7"])(
  "A32 a grant earned at %s opens that guard and no other of the session",
  async (earnedAt) => {
    const host = await matrixHost();
    const alice = await enrolled(host, "alice");
    const { headers } = await host.call("POST", earnedAt, { as: alice.as, headers: { "x-mfa-code": alice.fresh() } });
    const call = { as: alice.as, headers: { "mfa-grant": headers.get("mfa-grant") ?? "" } };
    const opened = [];
    for (const guard of ["/pay/7", "/pay/8", "/cancel/7", "/pay-any", "/cancel-any", "/bound/7", "/bound/8", "/any"]) {
      if ((await host.call("POST", guard, call)).status === 200) opened.push(guard);
    }
    expect(opened).toEqual([earnedAt]);
  },
);

test("A32 a challenge is answered in its own session alone, by its own user, in its own tenant", async () => {
  const host = await matrixHost();
  const people = await everyone(host);
  for (const cell of CELLS.filter(({ purpose, resource }) => purpose === "pay" && resource === "7")) {
    const { challenge } = (await host.call("POST", "/pay/7", { as: as(cell) })).body;
    for (const other of CELLS.filter(({ purpose, resource }) => purpose === "pay" && resource === "7")) {
      const code = personOf(people, other).fresh();
      if (nameOf(other) === nameOf(cell)) continue;
      const answer = await host.call("POST", "/auth/mfa/verify", { as: as(other), body: { code, challenge } });
      expectProblem(answer, "challenge_expired", 401);
    }
    const own = await host.call("POST", "/auth/mfa/verify", { as: as(cell), body: { code: personOf(people, cell).fresh(), challenge } });
    expect(own.status).toBe(200);
  }
});

test("A32 a challenge yields one grant: answered again it is over", async () => {
  const host = await matrixHost();
  const alice = await enrolled(host, "alice");
  const { challenge } = (await host.call("POST", "/pay/7", { as: alice.as })).body;
  const answer = (code: string) => host.call("POST", "/auth/mfa/verify", { as: alice.as, body: { code, challenge } });
  expect((await answer(alice.fresh())).status).toBe(200);
  expectProblem(await answer(alice.fresh()), "challenge_expired", 401);
});

test.each(["/disable", "/recovery-codes", "/setup"])("A32 %s takes no grant that was earned for a purpose or a resource", async (route) => {
  const host = await matrixHost();
  const alice = await enrolled(host, "alice");
  for (const guard of ["/pay/7", "/pay-any", "/bound/7"]) {
    const { headers } = await host.call("POST", guard, { as: alice.as, headers: { "x-mfa-code": alice.fresh() } });
    const call = { as: alice.as, headers: { "mfa-grant": headers.get("mfa-grant") ?? "" } };
    expectProblem(await host.call("POST", `/auth/mfa${route}`, call), "proof_needed", 401);
  }
});

test.each(["/disable", "/recovery-codes"])("A30 %s ends every grant, challenge and session's proof from before it", async (route) => {
  const host = await matrixHost();
  const alice = await enrolled(host, "alice");
  const grants = [alice.grant, await grantOf(host, alice), await grantOf(host, { ...alice, as: "alice:s2" })];
  const { challenge } = (await host.call("POST", "/pay/7", { as: alice.as })).body;
  expect((await host.call("POST", `/auth/mfa${route}`, { as: alice.as, body: { code: alice.fresh() } })).status).toBe(200);
  for (const session of ["s1", "s2"]) {
    for (const grant of grants) {
      const answer = await host.call("POST", "/any", { as: `alice:${session}`, headers: { "mfa-grant": grant } });
      expect([401, 403]).toContain(answer.status);
    }
  }
  const late = await host.call("POST", "/auth/mfa/verify", { as: alice.as, body: { code: alice.fresh(), challenge } });
  expect(late.status).toBe(401);
  expect(host.ran).toEqual([]);
});

test("A32 where the host has no session ids, a grant and a challenge are still one user's in one tenant", async () => {
  const host = await startHost({
    subject(req) {
      const { session: _, ...subject } = subjectOfBearer(req) ?? { id: "" };
      return subject.id === "" ? undefined : subject;
    },
  });
  const people = await everyone(host);
  const alice = personOf(people, { user: "alice", tenant: "t1" });
  const { challenge } = (await host.call("POST", "/auth/mfa/challenge", { as: alice.as })).body;
  for (const person of people.values()) {
    if (person === alice) continue;
    const used = await host.call("POST", "/plain", { as: person.as, headers: { "mfa-grant": alice.grant } });
    expectProblem(used, "step_up_required", 401);
    const answered = await host.call("POST", "/auth/mfa/verify", { as: person.as, body: { code: person.fresh(), challenge } });
    expectProblem(answered, "challenge_expired", 401);
  }
  expect((await host.call("POST", "/plain", { as: alice.as, headers: { "mfa-grant": alice.grant } })).status).toBe(200);
  const own = await host.call("POST", "/auth/mfa/verify", { as: alice.as, body: { code: alice.fresh(), challenge } });
  expect(own.status).toBe(200);
});
