import { pipeline } from "node:stream/promises";
import type { Response } from "express";
import { z } from "zod";
import type { Api } from "../http/api.ts";
import { valid } from "../http/input.ts";
import { type OwnContext, type ServiceDefinition, service } from "../http/service.ts";
import { bookingsCsv, bookingsCsvQuery } from "./bookings-csv.ts";
import { addBusinessMetrics } from "./business-metrics.ts";
import { columnsOf } from "./columns.ts";
import { csv } from "./csv.ts";
import { type Report, readReport } from "./report.ts";
import { reports } from "./reports.ts";
import { type SharedAnswers, sharedAnswers } from "./shared-answers.ts";
import { createSystemHistory, systemAnswer } from "./system-history.ts";

/** Seconds for which an answer is good, unless something is booked or reviewed meanwhile. */
const GOOD_FOR = 5;

const CSV = "text/csv; a header of column names, then the rows. Texts that a spreadsheet would run have an apostrophe in front.";

const csvHeaders = (name: string): Record<string, string> => ({
  "Content-Type": "text/csv; charset=utf-8; header=present",
  "Content-Disposition": `attachment; filename="${name}.csv"`,
});

/** Sends CSV in pieces. The first is there before anything is sent: where it fails, there is still a problem to answer. */
async function sendCsv(res: Response, name: string, pieces: AsyncGenerator<string>): Promise<void> {
  const first = await pieces.next();
  res.set(csvHeaders(name));
  if (!first.done) res.write(first.value);
  // Whoever goes before the end is not to be told anything.
  await pipeline(pieces, res).catch((error: unknown) => {
    if (!res.destroyed) throw error;
  });
}

/** A report as JSON, and as CSV with the columns that are asked for. */
function addReport(api: Api, { database }: OwnContext, answers: SharedAnswers, report: Report): void {
  const { name, path, summary, query, answer, columns, table } = report;
  const read = (asked: z.output<typeof query>): Promise<z.output<typeof answer>> =>
    answers.of(`${name} ${JSON.stringify(asked)}`, () => readReport(database, report, asked, new Date()));

  api.get(path, { access: "admin", summary, query, answers: { 200: answer } }, async (req, res) => {
    res.json(await read(valid(query, req.query)));
  });

  const csvQuery = query.extend({ columns: columnsOf(columns) });
  api.get(
    `/analytics/reports/${name}.csv`,
    { access: "admin", summary: `${summary} As CSV.`, query: csvQuery, answers: { 200: CSV } },
    async (req, res) => {
      const { columns: shown, ...asked } = valid(csvQuery, req.query);
      const text = csv(shown as string[], table(await read(asked)));
      res.set(csvHeaders(name)).send(text);
    },
  );
}

/** The analytics service. */
export const analytics: ServiceDefinition<"analytics"> = service({
  name: "analytics",
  port: 8005,
  title: "Analytics",
  description:
    "Figures for administrators, each of them good for some seconds, or until something changes. Periods are whole days, of which " +
    "today is the last, in the time zone that is asked for.",
  async routes(api, context) {
    const { database, config, log, live, events, register, onClose } = context;
    const answers = sharedAnswers({ seconds: GOOD_FOR });
    // Who hears of a change and asks for figures gets those after it.
    onClose(live.subscribe(() => answers.drop()));
    addBusinessMetrics(database, register, log);
    for (const report of reports) addReport(api, context, answers, report);

    api.get(
      "/analytics/reports/bookings.csv",
      { access: "admin", summary: "Bookings, row by row. As CSV.", query: bookingsCsvQuery, answers: { 200: CSV } },
      async (req, res) => {
        await sendCsv(res, "bookings", bookingsCsv(database, valid(bookingsCsvQuery, req.query)));
      },
    );

    const watched = Object.entries(config.processes).map(([name, urls]) => ({
      name,
      urls,
      port: config.ports[name as keyof typeof config.ports],
    }));
    const history = createSystemHistory(watched, { log });
    onClose(() => history.close());
    api.get(
      "/analytics/system",
      {
        access: "admin",
        summary: "How the services did in the last hour, by the minute.",
        query: z.strictObject({}),
        answers: { 200: systemAnswer },
      },
      async (req, res) => {
        valid(z.strictObject({}), req.query);
        res.json(history.answer());
      },
    );

    api.get(
      "/analytics/live",
      {
        access: "admin",
        summary:
          "Server-Sent Events of what changes: ask anew for what is shown. `beat`, every five seconds, says that the stream is alive.",
        answers: { 200: "text/event-stream; each event's data is a JSON object with type, action, id and so on" },
      },
      events,
    );
  },
});
