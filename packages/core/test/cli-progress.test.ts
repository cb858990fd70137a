import { Writable } from "node:stream";
import { expect, test } from "vitest";
import { progressOn } from "../src/cli/progress.ts";
import type { Shell } from "../src/cli/shell.ts";
import { createStop } from "../src/cli/stop.ts";

/** A standard error that keeps what is written to it. */
function stream(isTTY: boolean): { shell: Shell; text(): string } {
  let text = "";
  const stderr = Object.assign(
    new Writable({
      write(chunk: Buffer, _, done) {
        text += chunk.toString();
        done();
      },
    }),
    { isTTY },
  );
  const { stdin, stdout } = process;
  const shell = { cwd: ".", env: {}, stdin, stdout, stderr: stderr as unknown as NodeJS.WriteStream, stop: createStop() };
  return { shell, text: () => text };
}

test("elsewhere than on a terminal, a line for each tenth, without a bar", () => {
  const { shell, text } = stream(false);
  const progress = progressOn(shell, "importing", 5_000);
  for (let done = 0; done <= 5_000; done += 8) progress.at(done);
  progress.end();
  const lines = text().split("\n");
  expect(lines[0]).toBe("importing: 504 of 5,000");
  expect(lines).toHaveLength(11);
  for (const mark of ["\r", "#", "\u001b"]) expect(text()).not.toContain(mark);
});

test("without a total, a line for each ten thousand", () => {
  const { shell, text } = stream(false);
  const progress = progressOn(shell, "reading");
  for (let done = 0; done <= 35_000; done += 1_000) progress.at(done);
  expect(text()).toBe("reading: 10,000\nreading: 20,000\nreading: 30,000\n");
});

test("on a terminal a bar is drawn over itself, and leaves nothing behind", () => {
  const { shell, text } = stream(true);
  const progress = progressOn(shell, "importing", 1_000);
  progress.at(250);
  progress.at(1_000);
  progress.end();
  expect(text()).toBe(
    "\r\u001b[Kimporting  [######------------------]  25 %  250 of 1,000" +
      "\r\u001b[Kimporting  [########################] 100 %  1,000 of 1,000\r\u001b[K",
  );
});
