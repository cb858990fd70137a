import { type ChildProcess, execFile, fork } from "node:child_process";
import { promisify } from "node:util";
import { guardAlone } from "./guard-alone.ts";
import { type Told, type Variant, variants } from "./http-host.ts";
import { progressOf } from "./progress.ts";
import { type Figure, median, quantile, type Ratio, type Report } from "./runner.ts";

const CONNECTIONS = 32;

/** What each is to reach beside the bare framework. */
const TARGETS: Readonly<Record<string, Readonly<Record<Exclude<Variant, "bare">, number>>>> = {
  express: { guard: 0.85, rateLimit: 0.7, httpMetrics: 0.8 },
  fastify: { guard: 0.8, rateLimit: 0.75, httpMetrics: 0.75 },
};

/** A server in a process of its own. */
interface Server {
  process: ChildProcess;
  url: string;
  headers: Record<string, string>;
}

function started(framework: string, variant: Variant): Promise<Server> {
  const file = new URL(`../../${framework}/bench/server.ts`, import.meta.url);
  const child = fork(file, [variant], { execArgv: ["--conditions=@nightlatch/source"] });
  return new Promise((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`${framework} with ${variant} ended with ${code}.`)));
    child.on("message", ({ port, headers }: Told) => {
      if (port !== undefined) resolve({ process: child, url: `http://127.0.0.1:${port}/rooms/7`, headers: headers ?? {} });
    });
  });
}

const cpuOf = ({ process: child }: Server): Promise<number> =>
  new Promise((resolve) => {
    const listen = ({ cpu }: Told): void => {
      if (cpu === undefined) return;
      child.off("message", listen);
      resolve(cpu);
    };
    child.on("message", listen);
    child.send({});
  });

/** Requests that were answered in a second, and the processor time of one in microseconds. */
interface Load {
  perSecond: number;
  cpu: number;
}

/** Loads a server by wrk; stops the benchmark where anything but 2xx is answered. */
async function loaded(server: Server, seconds: number): Promise<Load> {
  const headers = Object.entries(server.headers).flatMap(([name, value]) => ["-H", `${name}: ${value}`]);
  const before = await cpuOf(server);
  const { stdout } = await promisify(execFile)("wrk", ["-t1", `-c${CONNECTIONS}`, `-d${seconds}s`, ...headers, server.url]);
  const spent = (await cpuOf(server)) - before;
  if (/Non-2xx|Socket errors/.test(stdout)) throw new Error(`${server.url} did not answer as it should:\n${stdout}`);
  const perSecond = Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]);
  const requests = Number(/(\d+) requests in/.exec(stdout)?.[1]);
  return { perSecond, cpu: spent / requests };
}

const figureOf = (name: string, loads: readonly Load[]): Figure => {
  const rates = loads.map(({ perSecond }) => perSecond).sort((a, b) => a - b);
  return {
    name,
    value: quantile(rates, 0.5),
    unit: "requests/s",
    quartiles: [quantile(rates, 0.25), quantile(rates, 0.75)],
    cpu: median(loads.map(({ cpu }) => cpu)),
  };
};

interface Compared {
  figures: Figure[];
  ratios: Ratio[];
}

/** One framework: each variant in turn beside the bare one, which is loaded anew each time. */
async function compared(framework: string, pairs: number, seconds: number, progress: (pair: number) => void): Promise<Compared> {
  const servers = await Promise.all(variants.map((variant) => started(framework, variant)));
  const [bare, ...others] = servers as [Server, ...Server[]];
  try {
    for (const server of servers) await loaded(server, 1);
    const rows = variants
      .slice(1)
      .map((variant, index) => ({ variant, server: others[index] as Server, bare: [] as Load[], own: [] as Load[] }));
    for (let pair = 0; pair < pairs; pair += 1) {
      for (const row of rows) {
        const first = pair % 2 === 0 ? row.server : bare;
        const loads = [await loaded(first, seconds), await loaded(first === bare ? row.server : bare, seconds)] as const;
        row.own.push(loads[first === bare ? 1 : 0]);
        row.bare.push(loads[first === bare ? 0 : 1]);
        progress(pair);
      }
    }
    const ratios = rows.flatMap(({ variant, own, bare: beside }) => {
      const of = (value: (load: Load, other: Load) => number): number => median(own.map((load, pair) => value(load, beside[pair] as Load)));
      const atLeast = TARGETS[framework]?.[variant as Exclude<Variant, "bare">];
      const name = `http/${framework}/${variant}`;
      return [
        { name, value: of((load, other) => load.perSecond / other.perSecond), ...(atLeast === undefined ? {} : { atLeast }) },
        { name: `${name}/cpu`, value: of((load, other) => other.cpu / load.cpu) },
      ];
    });
    const all = rows.flatMap(({ bare: beside }) => beside);
    return {
      figures: [figureOf(`${framework}, bare`, all), ...rows.map(({ variant, own }) => figureOf(`${framework}, ${variant}`, own))],
      ratios,
    };
  } finally {
    for (const { process: child } of servers) {
      child.removeAllListeners("exit");
      child.kill();
    }
  }
}

/** What the guard, a limit and the metrics cost a route, on each framework. */
export async function bench(): Promise<Report> {
  const isQuick = process.argv.includes("--quick");
  const [pairs, seconds] = isQuick ? [3, 1] : [7, 2];
  const frameworks = Object.keys(TARGETS);
  const progress = progressOf("http");
  const found: Compared[] = [];
  for (const [index, framework] of frameworks.entries()) {
    found.push(await compared(framework, pairs, seconds, (pair) => progress.at((index + pair / pairs) / frameworks.length)));
  }
  const alone = await guardAlone();
  progress.done();
  return {
    title: "A route behind the guard, a limit and the metrics, beside the bare framework",
    method: [
      `GET of a small JSON answer with ${CONNECTIONS} connections by wrk, ${seconds} s at a time; each server in a process of its own, on the memory store.`,
      `The median of ${pairs} pairs, each measured beside the bare framework in turns. The guard takes a grant that is fresh, and reads the epoch each time.`,
      "cpu compares the processor time that the server spends on one request, which other programs on the machine disturb less: on a busy machine it is the one to go by.",
      "The guard alone is its call in a process without a server, in processor time.",
    ],
    figures: [...found.flatMap(({ figures }) => figures), alone],
    ratios: found.flatMap(({ ratios }) => ratios),
  };
}
