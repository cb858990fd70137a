import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { newDatabase } from "@nightlatch/internal-services";
import type {} from "@nightlatch/internal-services/vitest-global";
import { expect, inject, test } from "vitest";
import { newPrefix } from "./support/limit-backends.ts";
import { started } from "./support/racers.ts";

const LIMITED = fileURLToPath(new URL("./support/limited.ts", import.meta.url));
const redisUrl = inject("redisUrl");

const servers = [
  ...(redisUrl ? [{ name: "Redis", newUrl: async () => redisUrl }] : []),
  { name: "PostgreSQL", newUrl: () => newDatabase(inject("postgresUrl")) },
];

/** The next message of a process; rejects if it ends without one. */
async function answerOf<T>(child: ChildProcess): Promise<T> {
  const over = new AbortController();
  const ended = once(child, "exit", { signal: over.signal }).then(() => Promise.reject(new Error("The process ended without an answer.")));
  ended.catch(() => {});
  try {
    const [message] = await Promise.race([once(child, "message", { signal: over.signal }), ended]);
    return message as T;
  } finally {
    over.abort();
  }
}

test.each(servers)("two processes share a count on $name, and neither lets pass what the other has taken", async ({ newUrl }) => {
  const env = { LIMITED_URL: await newUrl(), LIMITED_PREFIX: newPrefix() };
  const children = [started(LIMITED, env), started(LIMITED, env)];
  try {
    await Promise.all(children.map(answerOf));
    for (const key of ["alice", "bob", "carol"]) {
      const answers = await Promise.all(
        children.map((child) => {
          const answer = answerOf<{ allowed: number; faults: number }>(child);
          child.send({ key, times: 80 });
          return answer;
        }),
      );
      expect(answers.map(({ faults }) => faults)).toEqual([0, 0]);
      expect(answers.reduce((sum, { allowed }) => sum + allowed, 0)).toBe(100);
    }
  } finally {
    await Promise.all(
      children.map(async (child) => {
        const ended = child.exitCode === null ? once(child, "exit") : undefined;
        if (child.connected) child.disconnect();
        await ended;
      }),
    );
  }
});
