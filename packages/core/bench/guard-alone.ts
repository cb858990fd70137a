import { createStepUp } from "../src/http/index.ts";
import { hostMfa, subjectIn } from "./http-host.ts";
import { type Figure, inMicroseconds, race, type Timing } from "./runner.ts";

/** What the guard itself takes of a request whose grant it knows: the processor time of calls one after the other, in a process without a server. */
export async function guardAlone(): Promise<Figure> {
  const { mfa, headers } = await hostMfa();
  const guard = createStepUp(mfa)({ maxAge: "15m" });
  // A parser makes each header anew, so it is hashed anew.
  const sent = Buffer.from(headers["mfa-grant"] ?? "");
  const round = async (times: number): Promise<void> => {
    for (let call = 0; call < times; call += 1) {
      const request = { method: "GET", headers: { ...headers, "mfa-grant": sent.toString("latin1") } };
      const verdict = await guard(request, () => subjectIn("ada"));
      if (!verdict.pass) throw new Error("The guard turned away the grant that it was to take.");
    }
  };
  const [timing] = (await race([{ name: "the guard alone, in process", round }], { clock: "thread" })) as [Timing];
  return inMicroseconds(timing);
}
