import { type ReactNode, useEffect, useRef } from "react";
import { useSession } from "../api/session.ts";
import { Link, usePath } from "../router.tsx";
import { Icon, type IconName, Mark } from "./icon.tsx";
import { Avatar } from "./person.tsx";
import { ThemeChoice } from "./theme.tsx";

const isAt = (path: string, to: string): boolean => (to === "/" ? path === "/" || path.startsWith("/rooms") : path.startsWith(to));

function NavLink({ to, children }: { to: string; children: string }): ReactNode {
  const path = usePath();
  return (
    <Link to={to} className="nav-link" aria-current={isAt(path, to) ? "page" : undefined}>
      {children}
    </Link>
  );
}

function Tab({ to, icon, children }: { to: string; icon: IconName; children: string }): ReactNode {
  const path = usePath();
  return (
    <Link to={to} className="tab" aria-current={isAt(path, to) ? "page" : undefined}>
      <Icon name={icon} />
      {children}
    </Link>
  );
}

function AccountMenu(): ReactNode {
  const { me, signOut } = useSession();
  const ref = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    const close = (event: Event): void => {
      const details = ref.current;
      if (!details?.open) return;
      if (event instanceof KeyboardEvent) {
        if (event.key !== "Escape") return;
        details.querySelector("summary")?.focus();
      } else if (event.target instanceof Node && details.contains(event.target)) return;
      details.open = false;
    };
    addEventListener("pointerdown", close);
    addEventListener("keydown", close);
    return () => {
      removeEventListener("pointerdown", close);
      removeEventListener("keydown", close);
    };
  }, []);
  const shut = (): void => {
    if (ref.current) ref.current.open = false;
  };
  return (
    <details className="account-menu" ref={ref}>
      <summary>
        <Avatar name={me.name} />
        <span>{me.name}</span>
        <Icon name="chevron-down" size={16} />
      </summary>
      <div className="menu">
        <p className="menu-who">
          <strong>{me.username}</strong>
          <span className="quiet">{me.email}</span>
        </p>
        <Link to="/security" className="menu-item" onClickCapture={shut}>
          <Icon name="shield" /> Security
        </Link>
        <ThemeChoice />
        <button type="button" className="menu-item" onClick={signOut}>
          <Icon name="lock" /> Sign out
        </button>
      </div>
    </details>
  );
}

/** What stands around every page of who is signed in: the bar, on a phone the tabs. */
export function Frame({ children }: { children: ReactNode }): ReactNode {
  const { me } = useSession();
  return (
    <>
      <a className="skip" href="#main">
        Skip to the page
      </a>
      <header className="bar">
        <Link to="/" className="brand">
          <Mark />
          Meeting Rooms
        </Link>
        <nav aria-label="Pages" className="nav">
          <NavLink to="/">Rooms</NavLink>
          <NavLink to="/bookings">My bookings</NavLink>
          {me.role === "admin" && (
            <>
              <span className="nav-rule" aria-hidden="true" />
              <NavLink to="/analytics">Analytics</NavLink>
              <NavLink to="/users">Users</NavLink>
              <NavLink to="/system">System</NavLink>
            </>
          )}
        </nav>
        <AccountMenu />
      </header>
      {children}
      <nav aria-label="Tabs" className="tabs">
        <Tab to="/" icon="calendar">
          Rooms
        </Tab>
        <Tab to="/bookings" icon="clock">
          My bookings
        </Tab>
        <Tab to="/account" icon="person">
          Account
        </Tab>
      </nav>
    </>
  );
}
