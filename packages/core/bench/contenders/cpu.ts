import { readFile } from "node:fs/promises";
import type { Pool } from "pg";

/** Microseconds of processor time spent so far. */
export type CpuClock = () => Promise<number>;

/** The processor time of this process and of others on this machine, by their ids. */
export function cpuClockOf(pids: Iterable<number>): CpuClock {
  const others = [...new Set(pids)];
  return async () => {
    const { user, system } = process.cpuUsage();
    const spent = await Promise.all(others.map(spentBy));
    return spent.reduce((total, one) => total + one, user + system);
  };
}

/** What a process has spent; Linux tells it to the nanosecond, others don't tell it of processes that aren't ours. */
const spentBy = async (pid: number): Promise<number> =>
  Number((await readFile(`/proc/${pid}/schedstat`, "utf8").catch(() => "0")).split(" ")[0]) / 1e3;

/**
 * The processor time of this process and of pools' connections, each of which is a process of the server. On a
 * busy machine it says more than the time that passed. The pools' connections are opened here, and have to stand.
 */
export async function cpuClock(pools: readonly Pool[], connections: number): Promise<CpuClock> {
  const asked = pools.flatMap((pool) =>
    Array.from({ length: connections }, () => pool.query<{ pid: number }>("SELECT pg_backend_pid() AS pid, pg_sleep(0.2)")),
  );
  const pids = (await Promise.all(asked)).flatMap(({ rows }) => rows.map(({ pid }) => pid));
  return cpuClockOf(pids);
}
