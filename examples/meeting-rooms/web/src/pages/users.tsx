import { type ReactNode, useState } from "react";
import { all } from "../api/call.ts";
import { useLive } from "../api/live.ts";
import { useSession } from "../api/session.ts";
import type { ListedUser } from "../api/types.ts";
import { useRead } from "../api/use-read.ts";
import { DeleteDialog } from "../parts/delete-dialog.tsx";
import { Icon } from "../parts/icon.tsx";
import { Bones, Empty, Failed, Message } from "../parts/states.tsx";
import { useQuery } from "../router.tsx";
import { AddPerson } from "../users/add-person.tsx";
import { UserFilterBar } from "../users/filter-bar.tsx";
import { ALL_USERS, fittingUsers, userFiltersOf } from "../users/filters.ts";
import { ProtectedShare } from "../users/protection.tsx";
import { UserTable } from "../users/user-table.tsx";

/** Rows that are shown at first, and how many more at a time. */
const FIRST = 10;
const MORE = 25;

/** Those who fit, some at a time. */
function FoundUsers({
  found,
  clear,
  onDelete,
}: {
  found: readonly ListedUser[];
  clear(): void;
  onDelete(user: ListedUser): void;
}): ReactNode {
  const [count, setCount] = useState(FIRST);
  const shown = found.slice(0, count);
  const more = Math.min(MORE, found.length - shown.length);
  if (found.length === 0) {
    return (
      <div className="card">
        <Empty icon="people" title="Nobody fits" text="No account is as you ask.">
          <button type="button" className="button" onClick={clear}>
            Clear filters
          </button>
        </Empty>
      </div>
    );
  }
  return (
    <>
      <UserTable users={shown} onDelete={onDelete} />
      <footer className="table-foot">
        <span className="quiet">
          Shown: {shown.length} of {found.length}
        </span>
        {more > 0 && (
          <button type="button" className="button" onClick={() => setCount(count + MORE)}>
            Show {more} more
          </button>
        )}
      </footer>
    </>
  );
}

/** For admins: everybody, and how well they are protected. */
export function UsersPage(): ReactNode {
  const { me } = useSession();
  const [query, change] = useQuery();
  const [adding, setAdding] = useState(false);
  const [deleting, setDeleting] = useState<ListedUser>();
  const [done, setDone] = useState<string>();
  const read = useRead("users", (signal) => all<ListedUser>("/users", {}, signal, 5_000));
  useLive(({ type }) => type !== "booking" && type !== "review" && read.reload(), 500);

  const filters = userFiltersOf(query);
  const found = fittingUsers(read.data ?? [], filters, me.id);
  const finish = (words: string): void => {
    setAdding(false);
    setDeleting(undefined);
    setDone(words);
    read.reload();
  };
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
          <ProtectedShare users={read.data} show={() => change({ ...ALL_USERS, role: "admin", "two-step": "off" })} />
          <UserFilterBar filters={filters} count={found.length} change={change} />
          {done && (
            <Message tone="good" icon="check">
              {done}
            </Message>
          )}
          <FoundUsers found={found} clear={() => change(ALL_USERS)} onDelete={setDeleting} />
        </>
      )}
      {adding && <AddPerson onClose={() => setAdding(false)} onDone={() => finish("Added. They can sign in now.")} />}
      {deleting && (
        <DeleteDialog
          kind="user"
          name={deleting.name}
          detail={deleting.email}
          note={`The account ${deleting.username}, its authenticators and its bookings to come are removed.`}
          path={`/users/${encodeURIComponent(deleting.username)}`}
          onClose={() => setDeleting(undefined)}
          onDone={() => finish(`Deleted: ${deleting.name}.`)}
        />
      )}
    </main>
  );
}
