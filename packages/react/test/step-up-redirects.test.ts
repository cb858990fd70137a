import { enrol } from "@nightlatch/core/testing";
import { expect, test } from "vitest";
import { createStepUpFetch, type MfaClient, type StepUpQuestion } from "../src/client/index.ts";
import { type Host, startHost } from "./support/host.ts";

const SUBJECT = { id: "ana", session: "s1", name: "ana@example.com" };
const SIGNED_IN = { authorization: "Bearer ana:s1" };

/** A foreign origin that asks for a code as a guard does, and writes down what it is sent. */
async function startThief() {
  const got: { method: string; grant?: string; code?: string }[] = [];
  const { url } = await startHost({
    routes: (app) => {
      app.all("/steal{/:how}", (req, res) => {
        const [grant, code] = [req.get("mfa-grant"), req.get("x-mfa-code")];
        got.push({ method: req.method, ...(grant && { grant }), ...(code && { code }) });
        res.set("MFA-Grant", "thief.e30.grant");
        if (code) res.json({});
        else if (req.params.how === "header") {
          res.set("WWW-Authenticate", 'Bearer error="insufficient_user_authentication", max_age="0"').sendStatus(401);
        } else {
          const body = { type: "urn:nightlatch:error:step_up_required", status: 401, code: "step_up_required", methods: ["totp"] };
          res
            .status(401)
            .type("application/problem+json")
            .send(JSON.stringify({ ...body, title: "", max_age: 0 }));
        }
      });
    },
  });
  // Another name of the same machine: another site, too.
  return { got, url: url.replace("127.0.0.1", "localhost") };
}

interface Ground extends Host {
  ours: MfaClient;
  fetching: typeof fetch;
  questions: StepUpQuestion[];
}

/** An app with an open redirect, and a guarded route that answers with one. */
async function ground(): Promise<Ground> {
  const host = await startHost({
    routes: (app, stepUp) => {
      const away = (status: number) => (req: { query: Record<string, unknown> }, res: { redirect(status: number, to: string): void }) =>
        res.redirect(status, String(req.query.to));
      app.all("/go", away(307));
      app.all("/see", away(303));
      app.all("/guarded-go", stepUp({ maxAge: "5m" }), away(307));
      app.all("/now-go", stepUp({ maxAge: 0 }), away(307));
      app.get("/open", (req, res) => void res.json({ grant: req.get("mfa-grant") ?? null }));
    },
  });
  const { authenticator: phone } = await enrol(host.mfa, SUBJECT, { clock: host.clock });
  const ours = host.client("ana:s1");
  const questions: StepUpQuestion[] = [];
  const fetching = createStepUpFetch(ours, async (question) => {
    questions.push(question);
    const problem = await question.submit(phone.next());
    if (problem) throw new Error(problem.code);
  });
  return { ...host, ours, questions, fetching: (input, init) => fetching(input, { ...init, headers: SIGNED_IN }) };
}

const to = (url: string): string => `?to=${encodeURIComponent(url)}`;

test.each([
  ["a body", "/steal", 307],
  ["a header field", "/steal/header", 307],
  ["a body, by 303", "/steal", 303],
])("a redirect to a foreign origin takes no grant along, and what it demands by %s nobody is asked for", async (_how, path, status) => {
  const { got, url: thief } = await startThief();
  const { fetching, url, ours, questions } = await ground();
  await fetching(`${url}/plain/1`);
  const grant = ours.grant();
  expect(grant).toBeTruthy();
  const response = await fetching(`${url}/${status === 307 ? "go" : "see"}${to(thief + path)}`, { method: "POST" });
  expect(response.status).toBe(401);
  expect(questions).toHaveLength(1);
  expect(got).toEqual([{ method: status === 307 ? "POST" : "GET" }]);
  expect(ours.grant()).toBe(grant);
});

test.each(["/guarded-go", "/now-go"])("what a guard lets pass is not redirected with its proof: %s", async (path) => {
  const { got, url: thief } = await startThief();
  const { fetching, url, questions } = await ground();
  await expect(fetching(`${url}${path}${to(`${thief}/steal`)}`)).rejects.toThrow(TypeError);
  expect(questions).toHaveLength(1);
  expect(got).toEqual([]);
});

test("redirects of the app's own are followed, whether a grant is there or not", async () => {
  const { fetching, url, ours } = await ground();
  const target = `${url}/see${to("/open")}`;
  for (const isHeld of [false, true]) {
    expect(Boolean(ours.grant())).toBe(isHeld);
    expect(await (await fetching(target, { method: "POST" })).json()).toEqual({ grant: null });
    await fetching(`${url}/plain/1`);
  }
});

test("a request that follows no redirect bears the grant at once", async () => {
  const { fetching, url, asked } = await ground();
  await fetching(`${url}/plain/1`);
  const before = asked.length;
  for (const redirect of ["error", "manual"] as const) expect((await fetching(`${url}/plain/1`, { redirect })).status).toBe(200);
  expect((await fetching(new Request(`${url}/plain/1`, { redirect: "error" }))).status).toBe(200);
  const streamed = { method: "POST", body: new Blob(["hello"]).stream(), duplex: "half" } as RequestInit;
  expect((await fetching(`${url}/plain/1`, streamed)).status).toBe(200);
  expect(asked).toHaveLength(before + 4);
  expect((await fetching(`${url}/plain/1`)).status).toBe(200);
  expect(asked).toHaveLength(before + 6);
});

test("the client of the MFA routes follows no redirect: neither its grant nor a code goes elsewhere", async () => {
  const { got, url: thief } = await startThief();
  const { url } = await startHost({
    routes: (app) => void app.use("/moved", (_req, res) => void res.redirect(307, `${thief}/steal`)),
  });
  const { client } = await startHost();
  const moved = client("ana:s1", { endpoint: `${url}/moved` });
  expect(await moved.verify({ code: "123456" })).toMatchObject({ ok: false, problem: { code: "network" } });
  expect(got).toEqual([]);
});
