import { join } from "node:path";
import AxeBuilder from "@axe-core/playwright";
import { freePort } from "@nightlatch/internal-services";
import { withChromium } from "@nightlatch/internal-services/browser";
import type { BrowserContextOptions, Page } from "playwright-core";
import { expect } from "vitest";
import { DEMO_PASSWORD } from "../../src/demo/catalogue.ts";
import { type Started, startSystem } from "./system.ts";

/** Where pictures are kept, for people to look at. */
const PICTURES = join(import.meta.dirname, "../../pictures");

/** A started system with its console. */
export interface WithConsole extends Started {
  console: string;
}

/** Milliseconds that a console is given to build its pages, if they are not there, and to answer. */
const DEADLINE = 120_000;

/** Waits for a console. */
export async function untilItAnswers(url: string, output: () => string): Promise<void> {
  const signal = AbortSignal.timeout(DEADLINE);
  const answers = async (): Promise<boolean> =>
    await fetch(`${url}/health`, { signal }).then(
      ({ ok }) => ok,
      () => false,
    );
  while (!(await answers())) {
    if (signal.aborted) throw new Error(`The console did not start:\n${output()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Starts the services and the console in front of them. */
export async function startWithConsole(env: Record<string, string> = {}): Promise<WithConsole> {
  const port = String(await freePort());
  const system = await startSystem({ env: { WEB_CONSOLE: "on", CONSOLE_PORT: port, ...env } });
  const url = `http://127.0.0.1:${port}`;
  await untilItAnswers(url, system.output);
  return { ...system, console: url };
}

/** A console of its own in front of services that are there already. */
export async function startConsole(
  urls: Pick<Started, "users" | "rooms" | "bookings" | "reviews" | "analytics">,
  port: number,
): Promise<Pick<Started, "stop" | "output"> & { url: string }> {
  const { users, rooms, bookings, reviews, analytics } = urls;
  const { stop, output } = await startSystem({
    args: ["--service", "console"],
    env: {
      WEB_CONSOLE: "on",
      CONSOLE_PORT: String(port),
      USERS_URL: users,
      ROOMS_URL: rooms,
      BOOKINGS_URL: bookings,
      REVIEWS_URL: reviews,
      ANALYTICS_URL: analytics,
    },
  });
  const url = `http://127.0.0.1:${port}`;
  await untilItAnswers(url, output);
  return { url, stop, output };
}

/** How a page is looked at. */
export const VIEWS: Readonly<Record<"light" | "dark" | "phone", BrowserContextOptions>> = {
  light: { viewport: { width: 1280, height: 860 }, colorScheme: "light" },
  dark: { viewport: { width: 1280, height: 860 }, colorScheme: "dark" },
  phone: { viewport: { width: 390, height: 844 }, colorScheme: "light", hasTouch: true, isMobile: true },
};

/** One Chromium for all tests of a file, and a page of the console for each that asks. */
export function consolePages(): { page(base: string, options?: BrowserContextOptions): Promise<Page> } {
  const chromium = withChromium({ context: { timezoneId: "Europe/Berlin", reducedMotion: "reduce" } });
  return { page: (baseURL, options = VIEWS.light) => chromium.page({ baseURL, ...options }) };
}

/** Signs in by the page. */
export async function signIn(page: Page, username: string, password: string = DEMO_PASSWORD): Promise<void> {
  await page.goto("/");
  await page.getByLabel("Username").fill(username);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

/** Fails where axe finds a fault on the page as it is; by all its rules, or by some. */
export async function expectAccessible(page: Page, rules?: string[]): Promise<void> {
  // No page here has another one in it, so axe need not open a tab of its own to put results together.
  const axe = new AxeBuilder({ page }).setLegacyMode();
  const { violations } = await (rules ? axe.withRules(rules) : axe).analyze();
  const faults = violations.map(
    ({ id, help, nodes }) => `${id}: ${help}\n${nodes.map(({ html, failureSummary }) => `    ${html}\n    ${failureSummary}`).join("\n")}`,
  );
  expect(faults, page.url()).toEqual([]);
}

/** Keeps a picture of the page. */
export async function picture(page: Page, name: string, whole = true): Promise<void> {
  await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: whole });
}

/** Presses a lane of the day view at a time of day, in minutes. */
export async function pressLane(page: Page, room: string, minutes: number): Promise<void> {
  const lane = page
    .locator(".grid-row, .strip-row")
    .filter({ has: page.getByRole("link", { name: room, exact: true }) })
    .locator(".lane");
  const box = await lane.boundingBox();
  if (!box) throw new Error(`There is no lane for ${room}.`);
  await lane.click({ position: { x: ((minutes - 480) / 600) * box.width + 2, y: box.height / 2 } });
}
