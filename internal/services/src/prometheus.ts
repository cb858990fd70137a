import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { freePort } from "./postgres.ts";
import { startThrowaway, throwawayFolder } from "./throwaway.ts";
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

/** A private throwaway server: the machine's Prometheus, in a temporary folder, on a port of loopback. `null` where the machine has none. */
export async function prometheusServer({ jobs, every, rules = [] }: PrometheusOptions): Promise<PrometheusServer | null> {
  const program = pathOf("prometheus");
  if (!program) return null;
  const folder = await throwawayFolder("prometheus");
  // JSON is YAML.
  const config = {
    global: { scrape_interval: every, scrape_timeout: every, evaluation_interval: every },
    rule_files: rules,
    scrape_configs: Object.entries(jobs).map(([job, target]) => ({ job_name: job, static_configs: [{ targets: [target] }] })),
  };
  await writeFile(join(folder, "prometheus.yml"), JSON.stringify(config));
  const address = `127.0.0.1:${await freePort()}`;
  const places = [`--config.file=${join(folder, "prometheus.yml")}`, `--storage.tsdb.path=${join(folder, "data")}`];
  const url = `http://${address}`;
  const stop = await startThrowaway({
    command: [program, ...places, `--web.listen-address=${address}`, "--log.level=warn"],
    folder,
    answers: async () =>
      await fetch(`${url}/-/ready`).then(
        ({ ok }) => ok,
        () => false,
      ),
  });
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
