import type { ReactNode } from "react";
import { useSession } from "../api/session.ts";
import type { ListedUser } from "../api/types.ts";
import { Icon } from "../parts/icon.tsx";
import { Avatar } from "../parts/person.tsx";
import { TableHead } from "../parts/table-head.tsx";
import { Protection } from "./protection.tsx";

function UserRow({ user, onDelete }: { user: ListedUser; onDelete(): void }): ReactNode {
  const { me } = useSession();
  const isMe = user.id === me.id;
  const isInactive = user.is_active === false;
  return (
    <tr>
      <th scope="row">
        <Avatar name={user.name} />
        <span>
          {user.name} {isMe && <span className="quiet">(you)</span>}
          <span className="quiet small">{user.username}</span>
        </span>
      </th>
      <td className="quiet users-mail">{user.email}</td>
      <td className="users-role">
        {user.role === "admin" ? <span className="badge badge-accent">Admin</span> : <span className="quiet">Member</span>}
      </td>
      <td className="users-protection">
        <Protection user={user} />
      </td>
      <td className="users-account" data-inactive={isInactive || undefined}>
        {isInactive ? "Inactive" : "Active"}
      </td>
      <td className="users-action">
        {!isMe && (
          <>
            <span className="dots" aria-hidden="true">
              <Icon name="dots" />
            </span>
            <button type="button" className="link link-bad" aria-label={`Delete user ${user.name}`} onClick={onDelete}>
              Delete user
            </button>
          </>
        )}
      </td>
    </tr>
  );
}

/** Everybody who fits, a row each; nobody deletes themselves here. */
export function UserTable({ users, onDelete }: { users: readonly ListedUser[]; onDelete(user: ListedUser): void }): ReactNode {
  return (
    <div className="card table-card">
      <table className="users">
        <TableHead names={["Name", "E-mail", "Role", "Two-step verification", "Account"]} actions="Delete" />
        <tbody>
          {users.map((user) => (
            <UserRow key={user.id} user={user} onDelete={() => onDelete(user)} />
          ))}
        </tbody>
      </table>
    </div>
  );
}
