import type { ReactNode } from "react";
import { useTitle } from "../router.tsx";
import { NightPanel } from "./night-panel.tsx";

/** A page before one is signed in. Without a lead, what it holds has a heading of its own to show. */
export function Door({ title, lead, children }: { title: string; lead?: string; children: ReactNode }): ReactNode {
  useTitle(title);
  return (
    <div className="door">
      <NightPanel />
      <main className="door-main" id="main">
        <div className="door-form">
          <h1 className={lead ? undefined : "hidden"}>{title}</h1>
          {lead && <p className="quiet lead">{lead}</p>}
          {children}
        </div>
      </main>
    </div>
  );
}
