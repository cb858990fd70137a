import { freePort } from "@nightlatch/internal-services";
import { afterAll, expect, test } from "vitest";
import { DEMO_PASSWORD } from "../src/demo/catalogue.ts";
import { consolePages, signIn, startConsole } from "./support/console.ts";
import { hoursAhead } from "./support/demo.ts";
import { gateTo } from "./support/gate.ts";
import { call, tokenOf } from "./support/http.ts";
import { startOnServer } from "./support/server.ts";
import { readEvents } from "./support/stream.ts";
import { endAll } from "./support/system.ts";

afterAll(endAll);

const pages = consolePages();

test("a quiet stream is live, a silent one is said to be lost, and what was missed is there once it is back", async () => {
  const system = await startOnServer();
  const gate = await gateTo(Number(new URL(system.bookings).port));
  const console = await startConsole({ ...system, bookings: `http://127.0.0.1:${gate.port}` }, await freePort());
  const page = await pages.page(console.url);
  await signIn(page, "member");
  const state = page.locator(".live");
  await state.getByText("Live", { exact: true }).waitFor();
  await page.evaluate(`
    window.said = [];
    new MutationObserver(() => window.said.push(document.querySelector(".live").textContent))
      .observe(document.querySelector(".live"), { childList: true, subtree: true, characterData: true });`);
  // Nothing happens but beats, three of them: longer than the page would wait for one.
  const token = await tokenOf(system.users, "member", DEMO_PASSWORD);
  const reader = await readEvents(system.bookings, token);
  const saidMeanwhile = async (): Promise<unknown> => {
    await page.evaluate("window.said.length = 0");
    for (let beats = 0; beats < 3; beats += 1) await reader.beat();
    return await page.evaluate("window.said");
  };
  // Tried again where the machine itself held its breath for so long.
  await expect.poll(saidMeanwhile, { timeout: 120_000 }).toEqual([]);
  reader.close();

  gate.hold(true);
  await state.getByText("Not live.").waitFor({ timeout: 60_000 });
  const json = { room_id: 1, title: "Made meanwhile", starts_at: hoursAhead(10), ends_at: hoursAhead(11) };
  expect((await call("POST", `${system.bookings}/bookings`, { token, json })).status).toBe(201);
  const day = page.waitForResponse((answer) => answer.url().includes("/rooms/day"));
  gate.hold(false);
  await state.getByText("Live", { exact: true }).waitFor({ timeout: 60_000 });
  expect((await day).status()).toBe(200);
  await gate.close();
});
