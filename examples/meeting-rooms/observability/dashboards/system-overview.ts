import { type DashboardBuilder, QueryVariableBuilder, VariableRefresh } from "@grafana/grafana-foundation-sdk/dashboard";
import { board, DATASOURCE, health, lines, number, row, shares } from "./panels.ts";

/** What machines ask for by themselves is left out: it would hide how people are served. */
const PEOPLE = 'job=~"$job", route!~"/health|/metrics"';

/** Streams stay open for as long as somebody looks. */
const ANSWERED = 'job=~"$job", route!~"/health|/metrics|/events|/analytics/live"';

const rate = (matching = ""): string => `rate(http_requests_total{${PEOPLE}${matching}}[$__rate_interval])`;

/** The share of some answers, by service: 0 where there are none of them, nothing where there are no answers at all. */
const share = (matching: string): string =>
  `(sum by (job) (${rate(matching)}) or 0 * sum by (job) (${rate()})) / (sum by (job) (${rate()}) > 0)`;

/** How the five services do. */
export const systemOverview = (): DashboardBuilder =>
  board("System Overview", "meeting-rooms-system", "How the five services of the booking system do.", "now-1h")
    .withVariable(
      new QueryVariableBuilder("job")
        .label("Service")
        .datasource(DATASOURCE)
        .query('label_values(up{job=~".+_service"}, job)')
        .refresh(VariableRefresh.OnTimeRangeChanged)
        .multi(true)
        .includeAll(true)
        .current({ text: "All", value: "$__all" })
        .allValue(".+_service"),
    )
    .withPanel(
      health(
        { title: "Service health", description: "Down: an instance of the service does not answer Prometheus.", span: 24 },
        { expr: 'min by (job) (up{job=~"$job"})', legend: "{{job}}" },
      ),
    )
    .withRow(row("Requests"))
    .withPanel(
      lines(
        { title: "Requests per second", description: "Requests answered in a second, by service.", unit: "reqps", span: 12 },
        { expr: `sum by (job) (${rate()})`, legend: "{{job}}" },
      ),
    )
    .withPanel(
      lines(
        {
          title: "Request duration, 95th percentile",
          description: "95 of 100 requests took no longer. Streams are left out.",
          unit: "s",
          span: 12,
        },
        {
          expr: `histogram_quantile(0.95, sum by (job, le) (rate(http_request_duration_seconds_bucket{${ANSWERED}}[$__rate_interval])))`,
          legend: "{{job}}",
        },
      ),
    )
    .withPanel(
      lines(
        { title: "Error rate", description: "Share of the answers that are the services' own fault (5xx).", unit: "percentunit", span: 8 },
        { expr: share(', status=~"5.."'), legend: "{{job}}" },
      ),
    )
    .withPanel(
      lines(
        {
          title: "Refused",
          description: "Share of the answers that are refusals (4xx): wrong input, no token, no fresh code.",
          unit: "percentunit",
          span: 8,
        },
        { expr: share(', status=~"4.."'), legend: "{{job}}" },
      ),
    )
    .withPanel(
      shares(
        { title: "Status codes", description: "Answers by status, in all the time that is shown.", span: 8 },
        { expr: `sum by (status) (increase(http_requests_total{${PEOPLE}}[$__range]))`, legend: "{{status}}" },
      ),
    )
    .withPanel(
      lines(
        { title: "Requests in progress", description: "Requests that are being answered, open streams among them.", span: 12 },
        { expr: 'sum by (job) (http_requests_in_progress{job=~"$job"})', legend: "{{job}}" },
      ),
    )
    .withPanel(
      lines(
        { title: "Busiest routes", description: "The ten routes that are asked for most.", unit: "reqps", span: 12 },
        { expr: `topk(10, sum by (job, method, route) (${rate()}))`, legend: "{{job}} {{method}} {{route}}" },
      ),
    )
    .withRow(row("Two-step verification"))
    .withPanel(
      number(
        { title: "Codes accepted", description: "In all the time that is shown.", span: 6 },
        { expr: 'sum(increase(mfa_verifications_total{outcome="ok"}[$__range]))' },
      ),
    )
    .withPanel(
      number(
        { title: "Accounts locked", description: "Locks that wrong codes brought, in all the time that is shown.", span: 6 },
        { expr: "sum(increase(mfa_lockouts_total[$__range]))" },
      ),
    )
    .withPanel(
      lines(
        {
          title: "Codes by outcome",
          description: "More in Nightlatch's own dashboard, which comes with @nightlatch/core.",
          unit: "reqps",
          span: 12,
        },
        { expr: "sum by (outcome) (rate(mfa_verifications_total[$__rate_interval]))", legend: "{{outcome}}" },
      ),
    );
