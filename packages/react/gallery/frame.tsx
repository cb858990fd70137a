import { type ReactNode, useMemo, useState } from "react";
import { createMfaClient } from "../src/client/index.ts";
import { EnrolmentWizard, MfaProvider, MfaSettings, SignInChallenge } from "../src/components/index.ts";
import { useStepUp } from "../src/hooks/index.ts";
import type { Strings } from "../src/strings/index.ts";
import { DEMO_CODE, demoServer } from "./demo-server.ts";
import { NOW } from "./facts.ts";
import { HostPage } from "./host-page.tsx";
import { STATES } from "./states.tsx";

/** What a frame shows, by what stands after `#`. */
export interface FrameOptions {
  /** `OtpField/empty`, or `live/settings`. */
  show: string;
  theme: string;
  lang: string;
  /** Lies in the gallery, where nothing may take the focus away. */
  inert: boolean;
  strings?: Strings;
}

function CancelBooking(): ReactNode {
  const { fetch } = useStepUp({
    fetch: useMemo(() => demoServer({ isOn: true }), []),
    about: {
      action: "cancel this booking",
      noun: "cancellation",
      verb: "cancel",
      keep: "Keep booking",
      subject: "Cancel booking FH-20418",
      detail: "Harbour room, 14–16 May. €312.00 will be refunded.",
    },
  });
  const [said, say] = useState("");
  const cancel = (): void => {
    fetch("/demo/bookings/FH-20418", { method: "DELETE" }).then(
      () => say("Cancelled."),
      () => say("Kept."),
    );
  };
  return (
    <HostPage>
      <button type="button" onClick={cancel}>
        Cancel booking
      </button>{" "}
      <output>{said}</output>
    </HostPage>
  );
}

/** The components on the demo's server: each with what it takes to try it. */
const LIVE: Record<string, () => ReactNode> = {
  "sign-in": () => {
    const [isDone, setDone] = useState(false);
    return isDone ? (
      <p>Signed in.</p>
    ) : (
      <SignInChallenge
        challenge="demo"
        methods={["totp", "recovery_code", "email"]}
        name="ana@example.com"
        trustDays={30}
        onRestart={() => {}}
        onDone={() => setDone(true)}
      />
    );
  },
  enrolment: () => <EnrolmentWizard appsHref="#" />,
  "step-up": () => <CancelBooking />,
  settings: () => <MfaSettings />,
  "settings-off": () => <MfaSettings />,
};

function Live({ name }: { name: string }): ReactNode {
  const Shown = LIVE[name];
  return (
    <>
      <p className="gallery-hint">
        The code is <b>{DEMO_CODE}</b>. Nothing leaves this page.
      </p>
      {Shown && <Shown />}
    </>
  );
}

/** One component in one state, with nothing beside it. */
export function Frame({ show, theme, lang, inert, strings }: FrameOptions): ReactNode {
  const isLive = show.startsWith("live/");
  const client = useMemo(() => {
    if (!isLive) return createMfaClient({ endpoint: "/demo", clock: () => NOW, fetch: () => new Promise(() => {}) });
    return createMfaClient({
      endpoint: "/demo",
      fetch: demoServer({ isOn: show === "live/settings" || show === "live/step-up" || show === "live/sign-in" }),
    });
  }, [isLive, show]);
  const state = STATES.find(({ component, name }) => `${component}/${name}` === show);
  const still = isLive ? <Live name={show.slice(5)} /> : state?.show();
  return (
    <MfaProvider client={client} issuer="Fernhill" locale={lang} {...(strings && { strings })} {...(!isLive && { dialog: null })}>
      <main className="gallery-frame" data-nl-theme={theme === "auto" ? undefined : theme} inert={inert && !isLive}>
        {state?.over ? (
          <>
            <HostPage />
            {still}
          </>
        ) : (
          still
        )}
      </main>
    </MfaProvider>
  );
}
