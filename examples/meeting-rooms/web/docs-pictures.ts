import { join } from "node:path";
import { fromBase32, totp } from "@nightlatch/core/otp";
import { type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { DEMO_PASSWORD } from "../src/demo/catalogue.ts";

/** Takes the pictures of the tour from a demo that nobody has used: `node web/docs-pictures.ts http://127.0.0.1:8000`. */

const [BASE = "http://127.0.0.1:8000"] = process.argv.slice(2);
const FOLDER = join(import.meta.dirname, "../../../docs/images/meeting-rooms");
const DESK = { width: 1280, height: 830 };

const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });

/** A page of a browser that nobody has used, at the sign-in. */
async function open(options: BrowserContextOptions = { viewport: DESK }): Promise<Page> {
  const context = await browser.newContext({ baseURL: BASE, timezoneId: "Europe/Berlin", reducedMotion: "reduce", ...options });
  const page = await context.newPage();
  await page.goto("/");
  await page.getByLabel("Username").waitFor();
  return page;
}

async function signIn(page: Page, username: string): Promise<void> {
  await page.getByLabel("Username").fill(username);
  await page.getByLabel("Password", { exact: true }).fill(DEMO_PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
}

/** Goes to a page once one is signed in, and waits for what it is about. */
async function visit(page: Page, path: string, subject: string): Promise<void> {
  await page.getByRole("link", { name: "My bookings" }).first().waitFor();
  await page.goto(path);
  await page.locator(subject).first().waitFor();
  await page.evaluate("document.fonts.ready");
}

/** Presses a room's lane at an hour. */
async function press(page: Page, room: string, hour: number): Promise<void> {
  const row = page.locator(".grid-row, .strip-row").filter({ has: page.getByRole("link", { name: room, exact: true }) });
  const lane = row.locator(".lane");
  const { width = 0, height = 0 } = (await lane.boundingBox()) ?? {};
  await lane.click({ position: { x: ((hour - 8) / 10) * width + 2, y: height / 2 } });
}

async function take(page: Page, name: string, fullPage = false): Promise<void> {
  await page.screenshot({ path: join(FOLDER, `${name}.png`), fullPage });
}

const admin = await open();
await take(admin, "sign-in");
await signIn(admin, "admin");
await visit(admin, "/?with=video", ".lane");
await press(admin, "Board Room", 14);
await admin.getByLabel("Title").fill("Pricing workshop");
await take(admin, "rooms");

const member = await open();
await signIn(member, "member");
await visit(member, "/security", ".nl button");
const setup = member.waitForResponse(/\/mfa\/setup$/);
await member.getByRole("button", { name: "Turn on two-step verification" }).click();
const { secret } = (await (await setup).json()) as { secret: string };
await member.getByRole("img", { name: /QR code/ }).waitFor();
await take(member, "enrol");
await member.getByRole("button", { name: "Continue" }).click();
await member
  .getByRole("textbox", { name: /code/i })
  .first()
  .fill(await totp(fromBase32(secret), Date.now()));
await member.getByRole("heading", { name: "Save your recovery codes" }).waitFor();
await visit(member, "/bookings", ".row");
await member
  .getByRole("button", { name: /^Cancel / })
  .first()
  .click();
await member.getByRole("button", { name: "Cancel booking", exact: true }).click();
await member.getByRole("dialog").waitFor();
await take(member, "step-up");
await member.keyboard.press("Escape");
await member.locator(".account-menu summary").click();
await member.getByRole("button", { name: "Sign out" }).click();
await signIn(member, "member");
await member.getByRole("heading", { name: "Enter your code" }).waitFor();
await take(member, "sign-in-code");

await visit(admin, "/analytics", ".recharts-area");
await take(admin, "analytics", true);
await visit(admin, "/users", ".users tbody tr");
await take(admin, "users", true);

const phone = await open({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
await signIn(phone, "guest");
await visit(phone, "/?with=video", ".lane");
await press(phone, "Board Room", 14);
await take(phone, "phone");
await phone.getByRole("button", { name: "Continue" }).click();
await phone.getByLabel("Title").fill("Pricing workshop");
await take(phone, "phone-sheet");
await browser.close();
