import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { dashboards } from "./dashboards.ts";

for (const [name, text] of Object.entries(dashboards())) {
  await writeFile(join(import.meta.dirname, "grafana", "dashboards", name), text);
}
