import { StepUpCancelledError, useStepUp } from "@nightlatch/react";
import { type CSSProperties, type FormEvent, type ReactNode, useState } from "react";
import { ApiError, all, call } from "../api/call.ts";
import { useLive } from "../api/live.ts";
import { useSession } from "../api/session.ts";
import type { ListedUser } from "../api/types.ts";
import { useRead } from "../api/use-read.ts";
import { Choice } from "../parts/choice.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { Field, PasswordField } from "../parts/field.tsx";
import { Icon } from "../parts/icon.tsx";
import { Avatar } from "../parts/person.tsx";
import { Bones, Empty, Failed, Message } from "../parts/states.tsx";
import { useQuery } from "../router.tsx";
import { clock } from "../times.ts";

/** Rows that are shown at first, and how many more at a time. */
const FIRST = 10;
const MORE = 25;

type Roles = "everyone" | "admin" | "user";

const isLocked = ({ locked_until: until }: ListedUser): boolean => !!until && new Date(until).getTime() > Date.now();

/** How somebody's two-step verification stands. */
function Protection({ user }: { user: ListedUser }): ReactNode {
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

/** How many are protected, and which admin is not. */
function Share({ users, show }: { users: readonly ListedUser[]; show(): void }): ReactNode {
  const on = users.filter(({ mfa_enabled }) => mfa_enabled).length;
  const admins = users.filter(({ role }) => role === "admin");
  const off = admins.filter(({ mfa_enabled }) => !mfa_enabled).length;
  return (
    <section className="card share" aria-label="Two-step verification">
      <div>
        <p>
          Two-step verification
          <span className="quiet">
            <strong>{on}</strong> of {users.length} people, {users.length > 0 ? Math.round((on / users.length) * 100) : 0} %
          </span>
        </p>
        <span className="track track-low track-good">
          <i style={{ "--share": on / (users.length || 1) } as CSSProperties} />
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

/** A new account, made by an admin. */
function AddPerson({ onClose, onDone }: { onClose(): void; onDone(): void }): ReactNode {
  const [values, setValues] = useState({ name: "", username: "", email: "", password: "", role: "user" });
  const [fault, setFault] = useState<ApiError>();
  const { fetch } = useStepUp({
    about: { action: "make an admin", verb: "make", keep: "Not now", subject: values.name },
  });
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    try {
      await call("/auth/register", { method: "POST", body: values, fetch });
      onDone();
    } catch (error) {
      if (error instanceof ApiError) setFault(error);
      else if (!(error instanceof StepUpCancelledError)) throw error;
    }
  };
  const about = (field: keyof typeof values, label: string) => ({
    label,
    required: true,
    value: values[field],
    onChange: (event: { target: HTMLInputElement }) => setValues({ ...values, [field]: event.target.value }),
    fault: fault?.errors.filter(({ path }) => path === field).map(({ message }) => `${label} ${message}.`)[0],
  });
  return (
    <Dialog title="Add person" note="They can change the password once they are in." onClose={onClose}>
      {fault && fault.errors.length === 0 && (
        <Message tone="bad" icon="alert" assertive>
          {fault.message}
        </Message>
      )}
      <form onSubmit={submit}>
        <Field {...about("name", "Name")} autoComplete="off" data-first="" />
        <Field {...about("username", "Username")} autoComplete="off" autoCapitalize="none" spellCheck={false} />
        <Field {...about("email", "E-mail")} type="email" autoComplete="off" />
        <PasswordField {...about("password", "Password")} autoComplete="new-password" minLength={8} hint="8 characters at least." />
        <Choice
          label="Role"
          value={values.role}
          onChange={(role) => setValues({ ...values, role })}
          options={[
            ["user", "Member"],
            ["admin", "Admin"],
          ]}
        />
        <button type="submit" className="button button-primary button-wide">
          Add person
        </button>
      </form>
    </Dialog>
  );
}

/** Names the account, and then has a code entered where one is needed. */
function DeleteUser({ user, onClose, onDone }: { user: ListedUser; onClose(): void; onDone(): void }): ReactNode {
  const { mfaEnabled } = useSession();
  const [fault, setFault] = useState<string>();
  const [asking, setAsking] = useState(false);
  const { fetch } = useStepUp({
    about: { action: `delete ${user.name}`, verb: "delete", keep: "Keep user", subject: user.name, detail: user.email },
  });
  const remove = async (): Promise<void> => {
    setFault(undefined);
    setAsking(true);
    try {
      await call(`/users/${encodeURIComponent(user.username)}`, { method: "DELETE", fetch });
      onDone();
    } catch (error) {
      if (!(error instanceof StepUpCancelledError)) setFault(error instanceof ApiError ? error.message : String(error));
      setAsking(false);
    }
  };
  return (
    <Dialog
      title={`Delete ${user.name}?`}
      note={`The account ${user.username}, its authenticators and its bookings to come are removed.${mfaEnabled ? " You may be asked for a code." : ""}`}
      onClose={onClose}
    >
      {fault && (
        <Message tone="bad" icon="alert" assertive>
          {fault}
        </Message>
      )}
      <div className="dialog-actions">
        <button type="button" className="button" data-first="" onClick={onClose}>
          Keep user
        </button>
        <button type="button" className="button button-bad" aria-busy={asking} onClick={() => void remove()}>
          Delete user
        </button>
      </div>
    </Dialog>
  );
}

/** For admins: everybody, and how well they are protected. */
export function UsersPage(): ReactNode {
  const { me } = useSession();
  const [query, change] = useQuery();
  const [count, setCount] = useState(FIRST);
  const [adding, setAdding] = useState(false);
  const [deleting, setDeleting] = useState<ListedUser>();
  const [done, setDone] = useState<string>();
  const read = useRead("users", (signal) => all<ListedUser>("/users", {}, signal, 5_000));
  useLive(({ type }) => type !== "booking" && type !== "review" && read.reload(), 500);

  const text = query.get("q") ?? "";
  const role = (query.get("role") ?? "everyone") as Roles;
  const protection = query.get("two-step") ?? "";
  const users = read.data ?? [];
  const found = users
    .filter(({ name, username, email }) => `${name} ${username} ${email}`.toLowerCase().includes(text.trim().toLowerCase()))
    .filter((user) => role === "everyone" || user.role === role)
    .filter((user) => protection === "" || (protection === "locked" ? isLocked(user) : user.mfa_enabled === (protection === "on")))
    // Oneself first, then admins, then by name.
    .sort(
      (a, b) =>
        Number(b.id === me.id) - Number(a.id === me.id) ||
        Number(b.role === "admin") - Number(a.role === "admin") ||
        a.name.localeCompare(b.name),
    );
  const shown = found.slice(0, count);

  return (
    <main className="page" id="main">
      <div className="page-head">
        <h1>Users</h1>
        <span className="grow" />
        <button type="button" className="button button-primary" onClick={() => setAdding(true)}>
          <Icon name="plus" /> Add person
        </button>
      </div>
      {read.error && !read.data && <Failed what="Users" error={read.error} retry={read.reload} />}
      {!read.data && !read.error && <Bones rows={8} label="Loading users" />}
      {read.data && (
        <>
          <Share users={users} show={() => change({ role: "admin", "two-step": "off", q: undefined })} />
          <div className="filters">
            <div className="search search-wide">
              <Icon name="search" />
              <input
                type="search"
                aria-label="Name, username or e-mail"
                placeholder="Name, username or e-mail"
                value={text}
                onChange={(event) => change({ q: event.target.value })}
              />
            </div>
            <Choice
              label="Role"
              value={role}
              onChange={(value) => change({ role: value === "everyone" ? undefined : value })}
              options={[
                ["everyone", "Everyone"],
                ["admin", "Admins"],
                ["user", "Members"],
              ]}
            />
            <label className="chip chip-select">
              <select
                aria-label="Two-step verification"
                value={protection}
                onChange={(event) => change({ "two-step": event.target.value })}
              >
                <option value="">Two-step: any</option>
                <option value="on">Two-step: on</option>
                <option value="off">Two-step: off</option>
                <option value="locked">Locked</option>
              </select>
            </label>
            <p className="filters-count" role="status">
              {found.length} {found.length === 1 ? "person" : "people"}
            </p>
          </div>
          {done && (
            <Message tone="good" icon="check">
              {done}
            </Message>
          )}
          {found.length === 0 ? (
            <div className="card">
              <Empty icon="people" title="Nobody fits" text="No account is as you ask.">
                <button type="button" className="button" onClick={() => change({ q: undefined, role: undefined, "two-step": undefined })}>
                  Clear filters
                </button>
              </Empty>
            </div>
          ) : (
            <div className="card table-card">
              <table className="users">
                <thead>
                  <tr>
                    <th scope="col">Name</th>
                    <th scope="col">E-mail</th>
                    <th scope="col">Role</th>
                    <th scope="col">Two-step verification</th>
                    <th scope="col">Account</th>
                    <th scope="col">
                      <span className="hidden">Delete</span>
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {shown.map((user) => (
                    <tr key={user.id}>
                      <th scope="row">
                        <Avatar name={user.name} />
                        <span>
                          {user.name} {user.id === me.id && <span className="quiet">(you)</span>}
                          <span className="quiet small">{user.username}</span>
                        </span>
                      </th>
                      <td className="quiet users-mail">{user.email}</td>
                      <td>
                        {user.role === "admin" ? <span className="badge badge-accent">Admin</span> : <span className="quiet">Member</span>}
                      </td>
                      <td>
                        <Protection user={user} />
                      </td>
                      <td className={user.is_active === false ? "quiet" : ""}>{user.is_active === false ? "Inactive" : "Active"}</td>
                      <td className="users-action">
                        {user.id !== me.id && (
                          <>
                            <span className="dots" aria-hidden="true">
                              <Icon name="dots" />
                            </span>
                            <button
                              type="button"
                              className="link link-bad"
                              aria-label={`Delete user ${user.name}`}
                              onClick={() => setDeleting(user)}
                            >
                              Delete user
                            </button>
                          </>
                        )}
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )}
          <footer className="table-foot">
            <span className="quiet">
              Shown: {shown.length} of {found.length}
            </span>
            {found.length > shown.length && (
              <button type="button" className="button" onClick={() => setCount(count + MORE)}>
                Show {Math.min(MORE, found.length - shown.length)} more
              </button>
            )}
          </footer>
        </>
      )}
      {adding && (
        <AddPerson
          onClose={() => setAdding(false)}
          onDone={() => {
            setAdding(false);
            setDone("Added. They can sign in now.");
            read.reload();
          }}
        />
      )}
      {deleting && (
        <DeleteUser
          user={deleting}
          onClose={() => setDeleting(undefined)}
          onDone={() => {
            setDone(`Deleted: ${deleting.name}.`);
            setDeleting(undefined);
            read.reload();
          }}
        />
      )}
    </main>
  );
}
