import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { dashboardFile } from "./dashboard.ts";

await writeFile(join(import.meta.dirname, "nightlatch-dashboard.json"), dashboardFile());
