import { createElement, type ReactNode } from "react";
import { renderToString } from "react-dom/server";
import { afterEach, expect, test, vi } from "vitest";
import { STATES } from "../gallery/states.tsx";
import { codeAt, stepUpAt } from "../gallery/still.ts";
import { StepUpScreen } from "../src/components/index.ts";
import { createMfaClient, EnrolmentWizard, MfaBadge, MfaProvider, MfaSettings, SignInChallenge } from "../src/index.ts";

const client = createMfaClient({ endpoint: "https://app.example/auth/mfa" });
const rendered = (children: ReactNode): string => renderToString(createElement(MfaProvider, { client, issuer: "Fernhill" }, children));

afterEach(() => {
  vi.restoreAllMocks();
});

test("each state renders on a server, where there is no window, and React has nothing to say", () => {
  const said = vi.spyOn(console, "error");
  const asked = vi.spyOn(globalThis, "fetch");
  for (const { show } of STATES) expect(rendered(show())).toContain("class=");
  expect([said.mock.calls, asked.mock.calls]).toEqual([[], []]);
});

test("components ask the server for nothing until they are in a browser", () => {
  const asked = vi.spyOn(globalThis, "fetch");
  const page = rendered([
    createElement(MfaSettings, { key: 1 }),
    createElement(EnrolmentWizard, { key: 2 }),
    createElement(MfaBadge, { key: 3 }),
    createElement(SignInChallenge, { key: 4, challenge: "c", methods: ["totp"], onDone: () => {} }),
  ]);
  expect(page).toContain("Two-step verification");
  expect(page).toContain('autoComplete="one-time-code"');
  expect(asked).not.toHaveBeenCalled();
});

test("unstyled, no class of ours is there, nor a drawing; the host's are, and the field is one plain input", () => {
  for (const { component, show } of STATES) {
    const html = renderToString(
      createElement(MfaProvider, { client, unstyled: true, classNames: { button: "btn", "otp-input": "field" } }, show()),
    );
    expect(html).not.toMatch(/class="[^"]*nl/);
    expect(html).not.toContain("<svg");
    if (component === "OtpField" && !html.includes("disabled")) expect(html).toContain('class="field"');
  }
});

test("a host's classes stand beside ours, and its mark in the place of ours", () => {
  const still = STATES.find(({ component, name }) => component === "SignInChallenge" && name === "empty");
  const html = renderToString(
    createElement(
      MfaProvider,
      { client, classNames: { card: "shadow" }, slots: { mark: createElement("i", null, "Fernhill") } },
      still?.show(),
    ),
  );
  expect(html).toContain('class="nl nl-card shadow"');
  expect(html).toContain("<i>Fernhill</i>");
  expect(html).not.toContain("nl-mark");
});

test("a code is said to approve this and nothing else only where the guard has a purpose", () => {
  const still = stepUpAt(codeAt({ name: "typing" }));
  const said = (purpose: string | undefined): string => {
    const { purpose: _, ...question } = still.question ?? {};
    const stepUp = { ...still, question: { ...question, ...(purpose && { purpose }) } } as typeof still;
    return rendered(createElement(StepUpScreen, { stepUp }));
  };
  expect(said("booking.cancel")).toContain("This code approves this cancellation and nothing else.");
  expect(said(undefined)).not.toContain("nothing else");
  expect(said(undefined)).toContain("cancel this booking");
});
