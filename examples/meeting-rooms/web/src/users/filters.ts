import type { ListedUser, Role } from "../api/types.ts";

/** Which users are shown. */
export interface UserFilters {
  text: string;
  role: Role | "everyone";
  protection: "" | "on" | "off" | "locked";
}

/** What takes every filter out of the address. */
export const ALL_USERS = { q: undefined, role: undefined, "two-step": undefined } as const;

/** Whether codes are refused for now, as too many were wrong. */
export const isLocked = ({ locked_until: until }: ListedUser): boolean => !!until && new Date(until).getTime() > Date.now();

/** The filters as the address has them. */
export const userFiltersOf = (query: URLSearchParams): UserFilters => ({
  text: query.get("q") ?? "",
  role: (["admin", "user"] as const).find((role) => role === query.get("role")) ?? "everyone",
  protection: (["on", "off", "locked"] as const).find((one) => one === query.get("two-step")) ?? "",
});

/** The users that fit: oneself first, then admins, then by name. */
export function fittingUsers(users: readonly ListedUser[], { text, role, protection }: UserFilters, ownId: string): ListedUser[] {
  const wanted = text.trim().toLowerCase();
  const isProtected = (user: ListedUser): boolean =>
    protection === "locked" ? isLocked(user) : user.mfa_enabled === (protection === "on");
  return users
    .filter(({ name, username, email }) => `${name} ${username} ${email}`.toLowerCase().includes(wanted))
    .filter((user) => role === "everyone" || user.role === role)
    .filter((user) => protection === "" || isProtected(user))
    .sort(
      (a, b) =>
        Number(b.id === ownId) - Number(a.id === ownId) ||
        Number(b.role === "admin") - Number(a.role === "admin") ||
        a.name.localeCompare(b.name),
    );
}
