import { PanelBuilder as BarGaugeBuilder } from "@grafana/grafana-foundation-sdk/bargauge";
import { ReduceDataOptionsBuilder, VizOrientation } from "@grafana/grafana-foundation-sdk/common";
import {
  type Dashboard,
  DashboardBuilder,
  DatasourceVariableBuilder,
  MappingType,
  RowBuilder,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { PanelBuilder as GaugeBuilder } from "@grafana/grafana-foundation-sdk/gauge";
import { PanelBuilder as HeatmapBuilder } from "@grafana/grafana-foundation-sdk/heatmap";
import { PanelBuilder as PieBuilder } from "@grafana/grafana-foundation-sdk/piechart";
import { DataqueryBuilder } from "@grafana/grafana-foundation-sdk/prometheus";
import { PanelBuilder as StatBuilder } from "@grafana/grafana-foundation-sdk/stat";
import { PanelBuilder as TimeseriesBuilder } from "@grafana/grafana-foundation-sdk/timeseries";

/** The data source that the viewer chooses. */
export const DATASOURCE = { type: "prometheus", uid: "$datasource" };

/** What is said of a panel, and how wide it is of 24. */
export interface Panel {
  title: string;
  description: string;
  unit?: string;
  span: number;
}

/** A query, and how each of its series is called. */
export interface Query {
  expr: string;
  legend?: string;
}

const LAST = new ReduceDataOptionsBuilder().calcs(["lastNotNull"]);
const TALL = 8;

const target = ({ expr, legend = "" }: Query): DataqueryBuilder =>
  new DataqueryBuilder().refId("A").expr(expr).legendFormat(legend).datasource(DATASOURCE);

/** Colours from a value on; `null` is from the least. */
const thresholds = (steps: readonly (readonly [from: number | null, color: string])[]): ThresholdsConfigBuilder =>
  new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(steps.map(([value, color]) => ({ value, color })));

/** What every kind of panel can be told, and answers itself: the SDK's kinds share no type of their own. */
interface Tellable<Kind> {
  title(title: string): Kind;
  description(description: string): Kind;
  unit(unit: string): Kind;
  datasource(source: typeof DATASOURCE): Kind;
  span(span: number): Kind;
  height(height: number): Kind;
  withTarget(target: DataqueryBuilder): Kind;
}

/** A panel of a kind, with what is said of it. */
const panel = <Kind extends Tellable<Kind>>(
  kind: Kind,
  { title, description, unit = "short", span }: Panel,
  query: DataqueryBuilder,
  height: number = TALL,
): Kind => kind.title(title).description(description).unit(unit).datasource(DATASOURCE).span(span).height(height).withTarget(query);

/** The same of a kind that shows the present alone. */
const present = <Kind extends Tellable<Kind> & { reduceOptions(options: typeof LAST): Kind }>(
  kind: Kind,
  said: Panel,
  query: Query,
  height?: number,
): Kind => panel(kind.reduceOptions(LAST), said, target(query).instant(), height);

/** One number, as of now. */
export const number = (said: Panel, query: Query): StatBuilder => present(new StatBuilder(), said, query, TALL / 2);

/** Whether things are up: 1 or 0 of each. */
export const health = (said: Panel, query: Query): StatBuilder =>
  number(said, query)
    .mappings([
      {
        type: MappingType.ValueToText,
        options: { "0": { text: "Down", color: "red", index: 0 }, "1": { text: "Up", color: "green", index: 1 } },
      },
    ])
    .thresholds(
      thresholds([
        [null, "red"],
        [1, "green"],
      ]),
    );

/** A needle between two values. */
export const needle = (said: Panel, query: Query, [min, max]: readonly [number, number]): GaugeBuilder =>
  present(new GaugeBuilder(), said, query)
    .min(min)
    .max(max)
    .decimals(2)
    .thresholds(
      thresholds([
        [null, "red"],
        [3, "orange"],
        [4, "green"],
      ]),
    );

/** A bar for each series, as of now. */
export const bars = (said: Panel, query: Query): BarGaugeBuilder =>
  present(new BarGaugeBuilder(), said, query).min(0).orientation(VizOrientation.Horizontal);

/** Shares of a whole, in all the time that is shown. */
export const shares = (said: Panel, query: Query): PieBuilder => present(new PieBuilder(), said, query);

/** Lines over time. */
export const lines = (said: Panel, query: Query): TimeseriesBuilder =>
  panel(new TimeseriesBuilder(), said, target(query)).min(0).fillOpacity(10);

/** Rows of cells over time, one row a series. */
export const heat = (said: Panel, query: Query): HeatmapBuilder =>
  panel(new HeatmapBuilder(), said, target(query), TALL + 4).calculate(false);

/** A dashboard to add panels to, with the choice of a data source. */
export const board = (title: string, uid: string, description: string, from: string): DashboardBuilder =>
  new DashboardBuilder(title)
    .uid(uid)
    .description(description)
    .tags(["meeting-rooms"])
    .time({ from, to: "now" })
    .refresh("30s")
    .timezone("browser")
    .withVariable(new DatasourceVariableBuilder("datasource").label("Data source").type("prometheus"));

export const row = (title: string): RowBuilder => new RowBuilder(title);

/** A dashboard as Grafana reads it from a file, its panels numbered in order. */
export function dashboardFile(dashboard: DashboardBuilder): string {
  const { panels = [], ...rest }: Dashboard = dashboard.build();
  return `${JSON.stringify({ ...rest, panels: panels.map((panel, index) => ({ ...panel, id: index + 1 })) }, null, 2)}\n`;
}
