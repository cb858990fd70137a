import type { CSSProperties, ReactNode } from "react";
import type { ListedUser } from "../api/types.ts";
import { Icon } from "../parts/icon.tsx";
import { clock } from "../times.ts";
import { isLocked } from "./filters.ts";

/** How somebody's two-step verification stands. */
export function Protection({ user }: { user: ListedUser }): ReactNode {
  const { mfa_enabled, authenticators = 0, locked_until } = user;
  if (isLocked(user)) {
    return (
      <span className="protection" data-tone="bad">
        <Icon name="lock" size={16} /> Locked until {clock(locked_until ?? "")}
      </span>
    );
  }
  if (!mfa_enabled) {
    return (
      <span className="protection quiet">
        <Icon name="off" size={16} /> Off
      </span>
    );
  }
  return (
    <span className="protection" data-tone="good">
      <Icon name="check" size={16} /> On
      {authenticators > 0 && (
        <span className="quiet small">{authenticators === 1 ? "Authenticator" : `${authenticators} authenticators`}</span>
      )}
    </span>
  );
}

/** How many are protected, and how many admins are not. */
export function ProtectedShare({ users, show }: { users: readonly ListedUser[]; show(): void }): ReactNode {
  const on = users.filter(({ mfa_enabled }) => mfa_enabled).length;
  const share = on / (users.length || 1);
  const admins = users.filter(({ role }) => role === "admin");
  const off = admins.filter(({ mfa_enabled }) => !mfa_enabled).length;
  return (
    <section className="card share" aria-label="Two-step verification">
      <div>
        <p>
          Two-step verification
          <span className="quiet">
            <strong>{on}</strong> of {users.length} people, {Math.round(share * 100)} %
          </span>
        </p>
        <span className="track track-low track-good">
          <i style={{ "--share": share } as CSSProperties} />
        </span>
      </div>
      {off > 0 && (
        <p className="share-warning">
          <Icon name="alert" />
          <span>
            {off} of {admins.length} {admins.length === 1 ? "admin" : "admins"} {off === 1 ? "has" : "have"} it off
            <button type="button" className="link" onClick={show}>
              {off === 1 ? "Show that account" : "Show those accounts"}
            </button>
          </span>
        </p>
      )}
    </section>
  );
}
