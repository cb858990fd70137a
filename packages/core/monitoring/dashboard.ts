import { ReduceDataOptionsBuilder } from "@grafana/grafana-foundation-sdk/common";
import {
  type Dashboard,
  DashboardBuilder,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  RowBuilder,
  VariableRefresh,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { DataqueryBuilder } from "@grafana/grafana-foundation-sdk/prometheus";
import { PanelBuilder as StatBuilder } from "@grafana/grafana-foundation-sdk/stat";
import { PanelBuilder as TimeseriesBuilder } from "@grafana/grafana-foundation-sdk/timeseries";
import { families, type MetricFamily } from "../src/metrics/families.ts";

const DATASOURCE = { type: "prometheus", uid: "$datasource" };

/** A metric's selector, of the jobs that are looked at. */
const of = ({ name }: MetricFamily, matching = "", suffix = ""): string =>
  `${name}${suffix}{job=~"$job"${matching === "" ? "" : `, ${matching}`}}`;

/** How often something happens in a second, told apart by labels. */
const rate = (family: MetricFamily, by: string, matching?: string): string =>
  `sum by (${by}) (rate(${of(family, matching)}[$__rate_interval]))`;

/** How often something happened in all the time that is shown. */
const count = (family: MetricFamily, matching?: string): string => `sum(increase(${of(family, matching)}[$__range]))`;

/** How often in each interval: for what is rare. */
const each = (family: MetricFamily, by: string): string => `sum by (${by}) (increase(${of(family)}[$__rate_interval]))`;

const target = (expr: string, legend = ""): DataqueryBuilder =>
  new DataqueryBuilder().refId("A").expr(expr).legendFormat(legend).datasource(DATASOURCE);

interface Panel {
  title: string;
  description: string;
  unit?: string;
}

const LAST = new ReduceDataOptionsBuilder().calcs(["lastNotNull"]);

/** One number for the whole time that is shown, a quarter of the page wide. */
const stat = ({ title, description, unit = "short" }: Panel, expr: string): StatBuilder =>
  new StatBuilder()
    .title(title)
    .description(description)
    .unit(unit)
    .datasource(DATASOURCE)
    .reduceOptions(LAST)
    .span(6)
    .height(4)
    .withTarget(target(expr).instant());

/** Lines over time, half of the page wide. */
const lines = ({ title, description, unit = "short" }: Panel, ...targets: DataqueryBuilder[]): TimeseriesBuilder =>
  targets.reduce(
    (panel, one, index) => panel.withTarget(one.refId("ABC".charAt(index))),
    new TimeseriesBuilder()
      .title(title)
      .description(description)
      .unit(unit)
      .min(0)
      .fillOpacity(10)
      .datasource(DATASOURCE)
      .span(12)
      .height(8),
  );

const { verifications, duration, enrolments, lockouts, replays, recoveryCodes, storeErrors, drift } = families;

const quantile = (q: number): DataqueryBuilder =>
  target(`histogram_quantile(${q}, sum by (le) (rate(${of(duration, "", "_bucket")}[$__rate_interval])))`, `p${q * 100}`);

/** Of the authenticators that gave a right code, the share that is off one way. */
const shareOf = (steps: string): string => `(${steps}) / sum(rate(${of(drift, "", "_count")}[$__rate_interval]))`;
/** Prometheus 3 writes a bound as 0.0, those before it as 0. */
const upTo = (le: number): string => `sum(rate(${of(drift, `le=~"${le}(?:[.]0)?"`, "_bucket")}[$__rate_interval]))`;
const all = `sum(rate(${of(drift, "", "_count")}[$__rate_interval]))`;

/** The dashboard of Nightlatch's metrics. */
function dashboard(): Dashboard {
  return new DashboardBuilder("Nightlatch")
    .uid("nightlatch")
    .description("Second factors: how codes are judged, signs of guessing, and the health of store and clocks.")
    .tags(["mfa", "nightlatch"])
    .time({ from: "now-24h", to: "now" })
    .refresh("1m")
    .timezone("browser")
    .withVariable(new DatasourceVariableBuilder("datasource").label("Data source").type("prometheus"))
    .withVariable(
      new QueryVariableBuilder("job")
        .label("Job")
        .datasource(DATASOURCE)
        .query(`label_values(${verifications.name}, job)`)
        .refresh(VariableRefresh.OnTimeRangeChanged)
        .multi(true)
        .includeAll(true)
        .current({ text: "All", value: "$__all" })
        .allValue(".+"),
    )
    .withRow(new RowBuilder("Verifications"))
    .withPanel(stat({ title: "Right codes", description: "Codes that were right." }, count(verifications, 'outcome="ok"')))
    .withPanel(
      stat(
        {
          title: "Wrong codes",
          description: "Wrong and used codes, as a share of all that were judged. People mistype; watch for a change.",
          unit: "percentunit",
        },
        `${count(verifications, 'outcome=~"invalid|replayed"')} / ${count(verifications, 'outcome=~"ok|invalid|replayed"')}`,
      ),
    )
    .withPanel(stat({ title: "Locks", description: "Locks that wrong codes brought." }, count(lockouts)))
    .withPanel(
      stat({ title: "Faults", description: "Codes denied because the store or a key failed." }, count(verifications, 'outcome="fault"')),
    )
    .withPanel(
      lines(
        { title: "By outcome", description: "Codes judged in a second, by how that ended.", unit: "reqps" },
        target(rate(verifications, "outcome"), "{{outcome}}"),
      ),
    )
    .withPanel(
      lines(
        { title: "How long it took", description: "The judgement of a code, its trips to the store included.", unit: "s" },
        ...[0.5, 0.95, 0.99].map(quantile),
      ),
    )
    .withPanel(
      lines(
        { title: "Right codes by method", description: "What people prove themselves with.", unit: "reqps" },
        target(rate(verifications, "method", 'outcome="ok"'), "{{method}}"),
      ),
    )
    .withPanel(
      lines(
        {
          title: "By purpose",
          description: "What codes are for; none is a sign-in or a plain step-up, other what promMetrics({ purposes }) does not list.",
          unit: "reqps",
        },
        target(rate(verifications, "purpose"), "{{purpose}}"),
      ),
    )
    .withRow(new RowBuilder("Signs of guessing"))
    .withPanel(
      lines(
        {
          title: "Refused codes by method",
          description: "Wrong, used and locked. unknown: more than one method could have read it.",
          unit: "reqps",
        },
        target(rate(verifications, "method", 'outcome=~"invalid|replayed|locked"'), "{{method}}"),
      ),
    )
    .withPanel(
      lines(
        { title: "Locks by lane", description: "Locks in each interval. A lock of one lane leaves the other open." },
        target(each(lockouts, "lane"), "{{lane}}"),
      ),
    )
    .withPanel(
      lines(
        {
          title: "Used codes by method",
          description: "Right codes that had been used before, in each interval: sent twice, or read over a shoulder.",
        },
        target(each(replays, "method"), "{{method}}"),
      ),
    )
    .withPanel(
      lines(
        { title: "Recovery codes", description: "Recovery codes used up in each interval: lost phones, or stolen lists." },
        target(`sum(increase(${of(recoveryCodes)}[$__rate_interval]))`, "used"),
      ),
    )
    .withRow(new RowBuilder("Health"))
    .withPanel(
      lines(
        { title: "Store errors by verb", description: "Calls of the store that failed, in each interval. What was asked was denied." },
        target(each(storeErrors, "verb"), "{{verb}}"),
      ),
    )
    .withPanel(
      lines(
        {
          title: "Clocks",
          description:
            "Right codes of another time step than the server's. Codes typed late are behind; a rise of ahead means that the server's clock is slow.",
          unit: "percentunit",
        },
        target(shareOf(upTo(-1)), "authenticators behind"),
        target(shareOf(`${all} - ${upTo(0)}`), "authenticators ahead"),
      ),
    )
    .withPanel(
      lines(
        { title: "Enrolments", description: "Authenticators enabled by their first code, or imported, in each interval." },
        target(each(enrolments, "method, source"), "{{method}} by {{source}}"),
      ),
    )
    .build();
}

/** The dashboard as Grafana imports it, its panels numbered in order. */
export function dashboardFile(): string {
  const { panels = [], ...rest } = dashboard();
  return `${JSON.stringify({ ...rest, panels: panels.map((panel, index) => ({ ...panel, id: index + 1 })) }, null, 2)}\n`;
}
