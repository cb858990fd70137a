import { globSync } from "node:fs";
import { join } from "node:path";
import type { DefaultTheme } from "vitepress";

type Item = DefaultTheme.SidebarItem;

const docs = join(import.meta.dirname, "..");

/** A page of the sidebar, by its path without ".md". */
const page = (text: string, path: string): Item => ({ text, link: `/${path.replace(/index$/, "")}` });

const group = (text: string, ...items: Item[]): Item => ({ text, items });

/** The subpath that a page of the reference is about: `reference/core/stores/memory.md` is `@nightlatch/core/stores/memory`. */
export const subpathOf = (page: string): string => `@nightlatch/${page.replace(/^reference\/|(\/index)?\.md$/g, "")}`;

/** The pages that typedoc has written, a page for each subpath. */
const subpaths = globSync("reference/**/*.md", { cwd: docs })
  .map((path) => path.replaceAll("\\", "/"))
  .filter((path) => !path.endsWith("overview.md"))
  .sort();

/** The sidebar, in the order in which somebody would read who adopts it. */
export const sidebar: Item[] = [
  group(
    "Start",
    page("Getting started", "getting-started"),
    page("Concepts", "concepts"),
    page("From sign-in to lost phone", "lifecycle"),
    page("HTTP protocol", "http"),
    page("Express", "express"),
    page("Fastify", "fastify"),
    page("Hono, Next.js and others", "web-handler"),
    page("Step-up policies", "step-up"),
    page("Architecture", "architecture"),
  ),
  group(
    "Factors",
    page("Overview", "factors"),
    page("Authenticator apps", "factors/totp"),
    page("Tokens with a counter", "factors/hotp"),
    page("Recovery codes", "factors/recovery-codes"),
    page("E-mail and SMS", "factors/delivered-codes"),
    page("A factor of your own", "factors/your-own"),
  ),
  group(
    "React",
    page("Overview", "react/index"),
    page("MfaProvider", "react/mfa-provider"),
    page("SignInChallenge", "react/sign-in-challenge"),
    page("EnrolmentWizard", "react/enrolment-wizard"),
    page("OtpField", "react/otp-field"),
    page("StepUpDialog", "react/step-up-dialog"),
    page("RecoveryCodes", "react/recovery-codes"),
    page("FactorList", "react/factor-list"),
    page("TrustedDevices", "react/trusted-devices"),
    page("MfaSettings", "react/mfa-settings"),
    page("MfaBadge", "react/mfa-badge"),
    page("Theming", "react/theming"),
    page("Headless", "react/headless"),
    page("Testing your flow", "react/testing"),
  ),
  group(
    "Run it",
    page("In production", "production"),
    page("Behind a proxy", "behind-a-proxy"),
    page("Stores", "stores"),
    page("A store of your own", "writing-a-store"),
    page("Why Redis holds no factors", "why-redis-holds-no-factors"),
    page("Keys and rotation", "keys"),
    page("Rate limits", "limits"),
    page("Audit log", "audit"),
    page("Notices to users", "notices"),
    page("Metrics", "metrics"),
    page("Command line", "cli"),
    page("Testing your app", "testing-your-app"),
    page("Upgrading", "upgrading"),
  ),
  group(
    "The booking system",
    page("How it uses Nightlatch", "meeting-rooms/index"),
    page("A tour with pictures", "meeting-rooms/tour"),
    page("Deployment", "meeting-rooms/deployment"),
    page("Figures, dashboards, alerts", "meeting-rooms/observability"),
  ),
  group(
    "Move to it",
    page("From otplib", "from-otplib"),
    page("From speakeasy", "from-speakeasy"),
    page("From better-auth", "from-better-auth"),
    page("Bringing authenticators along", "importing"),
  ),
  group(
    "Evaluate",
    page("Threat model", "threat-model"),
    page("Requirements and proofs", "requirements"),
    page("Figures", "figures"),
    page("Compatibility", "compatibility"),
    page("Comparison", "comparison"),
    page("What isn't there yet", "not-yet"),
    page("Versions and support", "versions"),
    page("Reporting a flaw", "security"),
    page("Changelog", "changelog"),
  ),
  group(
    "Reference",
    page("Error codes", "errors/index"),
    ...subpaths.map((path) => page(subpathOf(path).replace("@nightlatch/", ""), path.replace(/\.md$/, ""))),
  ),
];
