import type { ReactNode } from "react";
import { useSession } from "../api/session.ts";
import { Icon, type IconName } from "../parts/icon.tsx";
import { Avatar } from "../parts/person.tsx";
import { ThemeChoice } from "../parts/theme.tsx";
import { Link } from "../router.tsx";

const ADMIN: readonly (readonly [to: string, icon: IconName, label: string])[] = [
  ["/analytics", "board", "Analytics"],
  ["/users", "people", "Users"],
  ["/system", "screen", "System"],
];

/** On a phone: all that the bar holds on a desk. */
export function AccountPage(): ReactNode {
  const { me, signOut } = useSession();
  const entries = [["/security", "shield", "Security"] as const, ...(me.role === "admin" ? ADMIN : [])];
  return (
    <main className="page page-narrow" id="main">
      <h1>Account</h1>
      <div className="card account-who">
        <Avatar name={me.name} />
        <div>
          <strong>{me.name}</strong>
          <span className="quiet">{me.email}</span>
        </div>
      </div>
      <nav className="card account-list" aria-label="Account">
        {entries.map(([to, icon, label]) => (
          <Link key={to} to={to} className="menu-item">
            <Icon name={icon} /> {label}
            <Icon name="chevron-right" size={16} />
          </Link>
        ))}
      </nav>
      <div className="card account-theme">
        <h2 className="subhead">Theme</h2>
        <ThemeChoice />
      </div>
      <button type="button" className="button button-wide" onClick={signOut}>
        Sign out
      </button>
    </main>
  );
}
