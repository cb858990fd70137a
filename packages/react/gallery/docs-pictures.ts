import { join } from "node:path";
import { startChromium } from "@nightlatch/internal-services/browser";
import { createServer } from "vite";
import config from "./vite.config.ts";

/** Takes the pictures of the documents from the gallery, light beside dark: `node gallery/docs-pictures.ts`. */

const FOLDER = join(import.meta.dirname, "../../../docs/images/react");
const SHOWN: readonly (readonly [file: string, shown: string, width: number])[] = [
  ["otp-field", "OtpField/partly", 472],
  ["enrolment-wizard", "EnrolmentWizard/scan", 570],
  ["recovery-codes", "EnrolmentWizard/codes", 570],
  ["sign-in-challenge", "SignInChallenge/empty", 570],
  ["step-up-dialog", "StepUpDialog/typing", 570],
  ["locked", "StepUpDialog/locked", 570],
  ["mfa-settings", "MfaSettings/low", 720],
  ["mfa-settings-off", "MfaSettings/off", 720],
  ["mfa-badge", "MfaBadge/all", 300],
];

const server = await createServer({ ...config, configFile: false, server: { host: "127.0.0.1", port: 0 } });
await server.listen();
const browser = await startChromium();
const side = await browser.newPage();
for (const [file, show, width] of SHOWN) {
  const taken: string[] = [];
  for (const theme of ["light", "dark"]) {
    const context = await browser.newContext({
      viewport: { width, height: show.startsWith("StepUp") ? 640 : 100 },
      timezoneId: "UTC",
      reducedMotion: "reduce",
    });
    const page = await context.newPage();
    await page.goto(`${server.resolvedUrls?.local[0]}#${new URLSearchParams({ show, theme, lang: "en" })}`);
    await page.locator(".nl").first().waitFor();
    await page.evaluate(() => document.fonts.ready);
    await page.waitForLoadState("networkidle");
    taken.push((await page.screenshot({ fullPage: !show.startsWith("StepUp") })).toString("base64"));
    await context.close();
  }
  await side.setViewportSize({ width: width * 2, height: 100 });
  await side.setContent(
    `<!doctype html><body style="margin:0;display:flex;align-items:flex-start">${taken.map((png) => `<img src="data:image/png;base64,${png}">`).join("")}`,
  );
  await side.screenshot({ path: join(FOLDER, `${file}.png`), fullPage: true });
}
await browser.close();
await server.close();
