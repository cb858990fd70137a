import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";

/** A server for tests alone. */
export interface Throwaway {
  /** The program and its arguments. */
  command: readonly string[];
  /** What it keeps; goes when it stops. */
  folder: string;
  /** Whether it answers now. */
  answers(): Promise<boolean>;
}

/** Ends a command once nobody holds the shell's input any more: a run that is broken off stops nothing itself. */
const TETHERED = 'exec 3<&0; "$@" & server=$!; { read -r _ <&3; kill $server; } & wait $server';

const LONGEST_START = 30_000;

/** A folder that nobody else has. */
export const throwawayFolder = (name: string): Promise<string> => mkdtemp(join(tmpdir(), `nightlatch-${name}-`));

/** Starts a server and waits until it answers; rejects with what it said, if it ends instead. Gives what stops it. */
export async function startThrowaway({ command, folder, answers }: Throwaway): Promise<() => Promise<void>> {
  const said: string[] = [];
  const server = spawn("sh", ["-c", TETHERED, "sh", ...command], { stdio: ["pipe", "pipe", "pipe"] });
  for (const stream of [server.stdout, server.stderr]) stream.on("data", (chunk: Buffer) => said.push(chunk.toString()));
  const hasEnded = (): boolean => server.exitCode !== null || server.signalCode !== null;
  const stop = async (): Promise<void> => {
    if (!hasEnded()) {
      const ended = once(server, "exit");
      server.stdin.end();
      await ended;
    }
    await rm(folder, { recursive: true, force: true });
  };
  const until = performance.now() + LONGEST_START;
  while (!(await answers())) {
    if (hasEnded() || performance.now() > until) {
      await stop();
      throw new Error(`${command[0]} did not start: ${said.join("").slice(-1000)}`);
    }
    await setTimeout(20);
  }
  return stop;
}
