import { availableParallelism, cpus } from "node:os";
import { parseArgs } from "node:util";
import { type MysqlServer, mysqlServer, type PostgresServer, postgresServer } from "@nightlatch/internal-services";
import { grounds } from "./arenas.ts";
import { type Figure, figures } from "./figures.ts";
import { type Found, told } from "./table.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: "boolean", default: false },
    quick: { type: "boolean", default: false },
    rounds: { type: "string" },
    store: { type: "string", multiple: true },
  },
});

let postgres: Promise<PostgresServer> | undefined;
let mysql: Promise<MysqlServer | null> | undefined;
const all = grounds({
  async postgresUrl() {
    postgres ??= postgresServer();
    return (await postgres).url;
  },
  async mysqlUrl() {
    mysql ??= mysqlServer();
    return (await mysql)?.url ?? null;
  },
});

/** Whether a figure, or a group of them, is asked for by this name. */
const isNamed =
  (name: string) =>
  (figure: Figure): boolean =>
    figure.name === name || figure.group === name;

const wanted = { figures: positionals, stores: values.store ?? [] };
const unknown = [
  ...wanted.figures.filter((name) => !figures.some(isNamed(name))),
  ...wanted.stores.filter((name) => !all.some((ground) => ground.name === name)),
];
if (unknown.length > 0 || (values.rounds !== undefined && !(Number(values.rounds) > 0))) {
  console.error(
    `pnpm figures [${figures.map(({ name }) => name).join("|")}] [--store=${all.map(({ name }) => name).join("|")}] [--rounds=n] [--quick] [--json]`,
  );
  process.exit(2);
}
const chosen = figures.filter((figure) => wanted.figures.length === 0 || wanted.figures.some((name) => isNamed(name)(figure)));
const on = all.filter(({ name }) => wanted.stores.length === 0 || wanted.stores.includes(name));
const extent = { isQuick: values.quick, ...(values.rounds === undefined ? {} : { rounds: Number(values.rounds) }) };

const found: Record<string, Found> = {};
try {
  for (const { name, find } of chosen) {
    const figure = await find(on, extent);
    found[name] = figure;
    if (!values.json) console.log(told(figure));
  }
} finally {
  await (await postgres)?.stop();
  await (await mysql)?.stop();
}
const machine = { node: process.version, cpu: cpus()[0]?.model ?? "unknown", cores: availableParallelism() };
if (values.json) console.log(JSON.stringify({ machine, ...extent, figures: found }, undefined, 2));
else console.log(`Node ${machine.node}, ${machine.cpu}, ${machine.cores} cores`);
process.exitCode = Object.values(found).every(({ holds }) => holds) ? 0 : 1;
