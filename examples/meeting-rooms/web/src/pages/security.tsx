import { MfaSettings } from "@nightlatch/react";
import type { ReactNode } from "react";
import { useSession } from "../api/session.ts";
import { Icon } from "../parts/icon.tsx";

/** How somebody proves that it is them: Nightlatch's settings, and where this app asks for a code. */
export function SecurityPage(): ReactNode {
  const { me, facts } = useSession();
  return (
    <main className="page page-settings" id="main">
      <h1>Security</h1>
      <p className="quiet lead">How you prove that it is you, in Meeting Rooms.</p>
      <MfaSettings devices={false} />
      <section className="card" aria-labelledby="when-title">
        <h2 className="subhead" id="when-title">
          When we ask for a code
        </h2>
        <p className="quiet">If your last code is more than 5 minutes old.</p>
        <ul className="thirds">
          <li>
            <Icon name="calendar" /> Cancelling a booking
          </li>
          {me.role === "admin" && (
            <>
              <li>
                <Icon name="screen" /> Deleting a room
              </li>
              <li>
                <Icon name="person" /> Deleting a user
              </li>
            </>
          )}
        </ul>
      </section>
      <section className="card mail-row">
        <Icon name="mail" />
        <p>
          We write to <bdi>{me.email}</bdi> when something here changes
        </p>
        {facts.inbox && (
          <a href="/api/inbox" target="_blank" rel="noreferrer">
            Open inbox
          </a>
        )}
      </section>
    </main>
  );
}
