import { type ReactNode, useEffect } from "react";
import { useSession } from "../api/session.ts";
import { readSystem } from "../api/system.ts";
import { useRead } from "../api/use-read.ts";
import { LiveNote } from "../parts/live-dot.tsx";
import { Bones, Failed } from "../parts/states.tsx";
import { CodesCard } from "../system/codes-card.tsx";
import { HourCharts } from "../system/hour-charts.tsx";
import { ServiceTable } from "../system/service-table.tsx";
import { Verdict } from "../system/verdict.tsx";

/** Milliseconds between two readings. */
const EVERY = 5_000;

/** For admins: how the five services are, minute by minute. */
export function SystemPage(): ReactNode {
  const { facts } = useSession();
  const { data: system, error, reload } = useRead("system", readSystem);
  useEffect(() => {
    const timer = setInterval(reload, EVERY);
    return () => clearInterval(timer);
  }, [reload]);

  return (
    <main className="page" id="main">
      <div className="page-head">
        <h1>System</h1>
        <LiveNote state={error ? "lost" : system ? "live" : "connecting"} note={error ? "Trying again." : "every 5 s"} />
        <span className="grow" />
        {facts.grafana_url && (
          <a className="button" href={facts.grafana_url} target="_blank" rel="noreferrer">
            Open in Grafana
          </a>
        )}
      </div>
      {error && !system && <Failed what="Analytics" error={error} retry={reload} />}
      {!system && !error && <Bones rows={6} label="Loading figures" />}
      {system && (
        <>
          <Verdict system={system} />
          <div className="columns columns-system">
            <ServiceTable services={system.services} />
            <CodesCard mfa={system.mfa} />
          </div>
          <HourCharts system={system} />
        </>
      )}
    </main>
  );
}
