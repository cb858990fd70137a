import { createStepUp, remoteMfa } from "../../src/http/index.ts";
import { listen, subjectIn, write } from "./http-service.ts";

// A process of its own: a service without keys or store, whose guards hold by what the users service says.
const spent = new Set<string>();
const remote = remoteMfa({
  url: `${process.argv[2]}/auth/mfa`,
  spent(id) {
    const isFirst = !spent.has(id);
    spent.add(id);
    return isFirst;
  },
});
const stepUp = createStepUp(remote, { onError: (error) => process.send?.({ fault: error.message }) });
const guards = {
  "/any": stepUp(),
  "/approve": stepUp({ purpose: "payment.approve" }),
  "/once": stepUp({ once: true }),
  "/choice": stepUp({ ifNotEnrolled: "allow" }),
};

await listen(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
  const guard = guards[pathname as keyof typeof guards];
  const bind = searchParams.getAll("bind");
  const verdict = await guard(
    { method: request.method ?? "", headers: request.headers },
    async () => subjectIn(request),
    pathname === "/approve" ? () => bind : undefined,
  );
  write(response, verdict.pass ? { status: 200, headers: verdict.headers, body: { done: true, proof: verdict.proof } } : verdict.response);
});
