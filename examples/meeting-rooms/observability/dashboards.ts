import { businessAnalytics } from "./dashboards/business-analytics.ts";
import { dashboardFile } from "./dashboards/panels.ts";
import { systemOverview } from "./dashboards/system-overview.ts";

/** The dashboards as Grafana reads them, by the name of their file in `grafana/dashboards`. */
export const dashboards = (): Readonly<Record<string, string>> => ({
  "system-overview.json": dashboardFile(systemOverview()),
  "business-analytics.json": dashboardFile(businessAnalytics()),
});
