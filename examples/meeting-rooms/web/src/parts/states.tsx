import { type ReactNode, useEffect, useState } from "react";
import type { ApiError } from "../api/call.ts";
import { Link } from "../router.tsx";
import { Icon, type IconName, Stars } from "./icon.tsx";

/** What stands where nothing else does: a sign, a name, a sentence, and what to do. */
export function Empty({
  icon,
  title,
  text,
  tone,
  level = 2,
  children,
}: {
  icon: IconName | "stars";
  title: string;
  text: string;
  tone?: "bad";
  level?: 1 | 2 | 3;
  children?: ReactNode;
}): ReactNode {
  const Heading = `h${level}` as const;
  return (
    <div className="empty">
      {icon === "stars" ? (
        <span className="empty-stars" aria-hidden="true">
          <Stars rating={0} size={20} />
        </span>
      ) : (
        <span className="tile" data-tone={tone}>
          <Icon name={icon} />
        </span>
      )}
      <Heading className="subhead">{title}</Heading>
      <p className="quiet">{text}</p>
      {children}
    </div>
  );
}

/** Something did not load. */
export function Failed({ what, error, retry }: { what: string; error: ApiError; retry(): void }): ReactNode {
  const text = error.isAway ? `The ${what.toLowerCase()} service does not answer. Your bookings are safe.` : error.message;
  return (
    <div className="card" role="alert">
      <Empty icon="alert" tone="bad" title={`${what} did not load`} text={text}>
        <button type="button" className="button" onClick={retry}>
          Try again
        </button>
      </Empty>
    </div>
  );
}

/** A page of the whole: not for this account, or not there. */
export function Nowhere({ kind, what = "This page" }: { kind: "admins" | "missing"; what?: string }): ReactNode {
  const missing = kind === "missing";
  return (
    <main className="page page-narrow" id="main">
      <div className="card">
        <Empty
          level={1}
          icon={missing ? "off" : "lock"}
          title={missing ? "No such page" : "Admins only"}
          text={
            missing ? "The room may have been deleted, or the address mistyped." : `${what} is for admins. Ask one of them if you need it.`
          }
        >
          <Link to="/" className="button">
            Back to rooms
          </Link>
        </Empty>
      </div>
    </main>
  );
}

/** Shown once something takes longer than a moment. */
export function Later({ after = 150, children }: { after?: number; children: ReactNode }): ReactNode {
  const [shown, show] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => show(true), after);
    return () => clearTimeout(timer);
  }, [after]);
  return shown ? children : null;
}

/** Bones of a list that is on its way. */
export function Bones({ rows = 3, label }: { rows?: number; label: string }): ReactNode {
  return (
    <Later>
      <div className="card bones" role="status" aria-label={label}>
        {Array.from({ length: rows }, (_, row) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: they are all alike
          <div key={row} className="bone-row">
            <span className="bone" />
            <span className="bone" />
          </div>
        ))}
      </div>
    </Later>
  );
}

/** A message in the page: a sign, a sentence, and what can be done about it. */
export function Message({
  tone,
  icon,
  children,
  action,
  assertive = false,
}: {
  tone: "good" | "bad" | "brass";
  icon: IconName;
  children: ReactNode;
  action?: ReactNode;
  assertive?: boolean;
}): ReactNode {
  return (
    <div className="message" data-tone={tone} role={assertive ? "alert" : "status"}>
      <Icon name={icon} />
      <span>{children}</span>
      {action}
    </div>
  );
}
