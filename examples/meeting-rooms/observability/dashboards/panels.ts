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

/** One number, as of now. */
export const number = ({ title, description, unit = "short", span }: Panel, query: Query): StatBuilder =>
  new StatBuilder()
    .title(title)
    .description(description)
    .unit(unit)
    .datasource(DATASOURCE)
    .reduceOptions(LAST)
    .span(span)
    .height(TALL / 2)
    .withTarget(target(query).instant());

/** Whether things are up: 1 or 0 of each. */
export const health = (panel: Panel, query: Query): StatBuilder =>
  number(panel, query)
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
export const needle = ({ title, description, span }: Panel, query: Query, [min, max]: readonly [number, number]): GaugeBuilder =>
  new GaugeBuilder()
    .title(title)
    .description(description)
    .min(min)
    .max(max)
    .decimals(2)
    .datasource(DATASOURCE)
    .reduceOptions(LAST)
    .thresholds(
      thresholds([
        [null, "red"],
        [3, "orange"],
        [4, "green"],
      ]),
    )
    .span(span)
    .height(TALL)
    .withTarget(target(query).instant());

/** A bar for each series, as of now. */
export const bars = ({ title, description, unit = "short", span }: Panel, query: Query): BarGaugeBuilder =>
  new BarGaugeBuilder()
    .title(title)
    .description(description)
    .unit(unit)
    .min(0)
    .orientation(VizOrientation.Horizontal)
    .datasource(DATASOURCE)
    .reduceOptions(LAST)
    .span(span)
    .height(TALL)
    .withTarget(target(query).instant());

/** Shares of a whole, in all the time that is shown. */
export const shares = ({ title, description, unit = "short", span }: Panel, query: Query): PieBuilder =>
  new PieBuilder()
    .title(title)
    .description(description)
    .unit(unit)
    .datasource(DATASOURCE)
    .reduceOptions(LAST)
    .span(span)
    .height(TALL)
    .withTarget(target(query).instant());

/** Lines over time. */
export const lines = ({ title, description, unit = "short", span }: Panel, query: Query): TimeseriesBuilder =>
  new TimeseriesBuilder()
    .title(title)
    .description(description)
    .unit(unit)
    .min(0)
    .fillOpacity(10)
    .datasource(DATASOURCE)
    .span(span)
    .height(TALL)
    .withTarget(target(query));

/** Rows of cells over time, one row a series. */
export const heat = ({ title, description, span }: Panel, query: Query): HeatmapBuilder =>
  new HeatmapBuilder()
    .title(title)
    .description(description)
    .calculate(false)
    .datasource(DATASOURCE)
    .span(span)
    .height(TALL + 4)
    .withTarget(target(query));

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
