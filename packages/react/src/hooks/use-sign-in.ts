import { useMemo, useState } from "react";
import { deviceName as ownName } from "../client/device-name.ts";
import { offered } from "../flow/code.ts";
import { createSignIn } from "../flow/sign-in.ts";
import { useShared } from "./context.ts";
import type { UseSignIn, UseSignInOptions } from "./types.ts";
import { useLatest, useRunning } from "./use-model.ts";

/**
 * The second step of a sign-in. Where the challenge says `enrol`, it is answered by `useEnrolment` instead.
 *
 * @example
 * ```tsx
 * import { useSignIn } from "@nightlatch/react/hooks";
 *
 * export function SecondStep({ challenge, methods }: { challenge: string; methods: string[] }) {
 *   const { state, input } = useSignIn({ challenge, methods, onDone: () => location.assign("/") });
 *   return <input value={state.value} onChange={(event) => input(event.target.value)} readOnly={state.phase.name === "checking"} />;
 * }
 * ```
 */
export function useSignIn(options: UseSignInOptions): UseSignIn {
  const { client } = useShared();
  const [trust, setTrust] = useState(false);
  const latest = useLatest({ ...options, trust });
  const { challenge, methods, factors } = options;
  const told = JSON.stringify({ challenge, methods, factors });
  const model = useMemo(
    () =>
      createSignIn(client, JSON.parse(told), {
        device: () => (latest.current.trust ? (latest.current.deviceName ?? ownName()) || "Browser" : undefined),
        verify: (body, options) => (latest.current.verify ?? client.verify)(body, options),
        done: (answer) => latest.current.onDone(answer),
      }),
    [client, told, latest],
  );
  // Where nothing but a code that is sent will do, it is sent at once.
  const running = useRunning(model, model.actions.resend);
  return { ...running, offered: offered(running.state), trust, setTrust };
}
