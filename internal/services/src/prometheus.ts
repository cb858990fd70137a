import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { promisify } from "node:util";
import { freePort } from "./postgres.ts";
import { pathOf } from "./tools.ts";

/** A Prometheus server for tests. */
export interface PrometheusServer {
  url: string;
  /** Asks its HTTP API, such as `query` with `{ query: "up" }`; gives the answer's `data`. */
  ask(path: string, parameters?: Record<string, string>): Promise<unknown>;
  stop(): Promise<void>;
}

/** What a server for tests watches. */
export interface PrometheusOptions {
  /** Whose `/metrics` is scraped, by the name of the job: `{ app: "127.0.0.1:9000" }`. */
  jobs: Readonly<Record<string, string>>;
  /** How often it scrapes and judges its rules. */
  every: string;
  /** Files of rules, by their absolute paths. */
  rules?: readonly string[];
}

const LONGEST_START = 30_000;

/** Waits until the server answers; rejects with what it said, if it ends instead. */
async function ready(server: ChildProcess, url: string, said: readonly string[]): Promise<void> {
  const until = performance.now() + LONGEST_START;
  for (;;) {
    const answer = await fetch(`${url}/-/ready`).catch(() => undefined);
    if (answer?.ok) return;
    if (server.exitCode !== null || performance.now() > until) throw new Error(`Prometheus did not start: ${said.join("").slice(-1000)}`);
    await setTimeout(20);
  }
}

/** A private throwaway server: the machine's Prometheus, in a temporary folder, on a port of loopback. `null` where the machine has none. */
export async function prometheusServer({ jobs, every, rules = [] }: PrometheusOptions): Promise<PrometheusServer | null> {
  const program = pathOf("prometheus");
  if (!program) return null;
  const folder = await mkdtemp(join(tmpdir(), "nightlatch-prometheus-"));
  // JSON is YAML.
  const config = {
    global: { scrape_interval: every, scrape_timeout: every, evaluation_interval: every },
    rule_files: rules,
    scrape_configs: Object.entries(jobs).map(([job, target]) => ({ job_name: job, static_configs: [{ targets: [target] }] })),
  };
  await writeFile(join(folder, "prometheus.yml"), JSON.stringify(config));
  const address = `127.0.0.1:${await freePort()}`;
  const places = [`--config.file=${join(folder, "prometheus.yml")}`, `--storage.tsdb.path=${join(folder, "data")}`];
  const said: string[] = [];
  const server = spawn(program, [...places, `--web.listen-address=${address}`, "--log.level=warn"], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  server.stderr.on("data", (chunk: Buffer) => said.push(chunk.toString()));
  const url = `http://${address}`;
  const stop = async (): Promise<void> => {
    if (server.exitCode === null && server.signalCode === null) {
      const ended = once(server, "exit");
      server.kill();
      await ended;
    }
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await ready(server, url, said);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url,
    async ask(path, parameters = {}) {
      const answer = await fetch(`${url}/api/v1/${path}?${new URLSearchParams(parameters)}`);
      const { status, error, data } = (await answer.json()) as { status: string; error?: string; data?: unknown };
      if (status !== "success") throw new Error(`Prometheus refused ${path} ${JSON.stringify(parameters)}: ${error}`);
      return data;
    },
    stop,
  };
}

/** What `promtool` prints: `await promtool(["check", "rules", path])`. Its fault is an error with what it printed. */
export async function promtool(args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)("promtool", [...args]).catch(({ stdout, stderr }: { stdout: string; stderr: string }) => {
    throw new Error(`promtool ${args.join(" ")}\n${stdout}${stderr}`);
  });
  return stdout;
}
