import { type ReactNode, useState } from "react";
import { STATES } from "./states.tsx";

const THEMES = ["light", "dark"];
const LANGUAGES = ["en", "de", "fr", "es", "pt", "ja", "zh", "ar"];
const WIDTHS = { desk: 800, phone: 390 } as const;

const LIVE = ["live/sign-in", "live/enrolment", "live/step-up", "live/settings", "live/settings-off"];

/** Rooms that a state needs, in pixels. */
const HEIGHTS: Record<string, number> = {
  OtpField: 190,
  EnrolmentWizard: 720,
  SignInChallenge: 800,
  StepUpDialog: 640,
  MfaSettings: 1060,
  MfaBadge: 100,
  live: 800,
};

/** Everything there is, each state in a frame of its own: a dialog needs a page to lie over. */
export function Overview(): ReactNode {
  const [lang, setLang] = useState("en");
  const [width, setWidth] = useState<keyof typeof WIDTHS>("desk");
  const shown = [...LIVE, ...STATES.map(({ component, name }) => `${component}/${name}`)];
  return (
    <div className="gallery">
      <h1>Nightlatch for React</h1>
      <p>
        Language{" "}
        {LANGUAGES.map((other) => (
          <button type="button" key={other} aria-pressed={other === lang} onClick={() => setLang(other)}>
            {other}
          </button>
        ))}{" "}
        Width{" "}
        {(["desk", "phone"] as const).map((other) => (
          <button type="button" key={other} aria-pressed={other === width} onClick={() => setWidth(other)}>
            {other}
          </button>
        ))}
      </p>
      {shown.map((show) => (
        <section key={show}>
          <h2 id={show}>{show}</h2>
          <div className="gallery-pair">
            {THEMES.map((theme) => (
              <iframe
                key={theme}
                loading="lazy"
                title={`${show}, ${theme}`}
                src={`?${lang}#${new URLSearchParams({ show, theme, lang })}`}
                width={WIDTHS[width]}
                height={(HEIGHTS[show.split("/")[0] ?? ""] ?? 600) * (width === "phone" ? 1.2 : 1)}
              />
            ))}
          </div>
        </section>
      ))}
    </div>
  );
}
