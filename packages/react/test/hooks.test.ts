import { createElement, type FunctionComponent, StrictMode } from "react";
import { renderToString } from "react-dom/server";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import {
  MfaDataProvider,
  useCountdown,
  useEnrolment,
  useMfaStatus,
  usePeriodLeft,
  useSettings,
  useSignIn,
  useStepUp,
  useStepUpDialog,
  useText,
} from "../src/hooks/index.ts";
import { de } from "../src/strings/de.ts";

/** Whatever React warns of. */
const warnings: unknown[][] = [];
beforeEach(() => {
  vi.spyOn(console, "error").mockImplementation((...said) => warnings.push(said));
});
afterEach(() => {
  vi.restoreAllMocks();
  warnings.length = 0;
});

const Title: FunctionComponent = () => createElement("p", null, useText()("signInTitle"));
const Lost: FunctionComponent = () => createElement("p", null, useMfaStatus().phase);

const rendered = (Component: FunctionComponent, props: object = {}): string =>
  renderToString(
    createElement(StrictMode, null, createElement(MfaDataProvider, { endpoint: "/auth/mfa", ...props }, createElement(Component))),
  );

test("every hook renders on a server, in the state that it starts in, with no warning and no request", () => {
  const asked = vi.spyOn(globalThis, "fetch");
  const html = rendered(() => {
    const { fetch } = useStepUp();
    const states = {
      status: useMfaStatus().phase,
      settings: useSettings().state.phase,
      enrolment: useEnrolment().state.step,
      signIn: useSignIn({ challenge: "c", methods: ["totp", "recovery_code"], onDone: () => {} }).state.phase.name,
      dialog: useStepUpDialog().question === undefined ? "closed" : "open",
      countdown: useCountdown(Number.MAX_SAFE_INTEGER),
      period: usePeriodLeft(),
      fetch: typeof fetch,
    };
    return createElement("p", null, Object.entries(states).join(" "));
  });
  expect(html).toBe(
    "<p>status,loading settings,loading enrolment,starting signIn,typing dialog,closed countdown,0 period,0 fetch,function</p>",
  );
  expect(warnings).toEqual([]);
  expect(asked).not.toHaveBeenCalled();
});

test("texts are the provider's, by key; English is what it lacks", () => {
  expect(rendered(Title)).toBe("<p>Enter your code</p>");
  expect(rendered(Title, { strings: de, locale: "de" })).toBe("<p>Code eingeben</p>");
  expect(rendered(Title, { strings: { ...de, signInTitle: "Ihr Code" } })).toBe("<p>Ihr Code</p>");
  expect(rendered(Title, { strings: { back: "Zurück" } })).toBe("<p>Enter your code</p>");
});

test("a hook without a provider says what is missing", () => {
  expect(() => renderToString(createElement(Lost))).toThrow("put <MfaProvider");
});
