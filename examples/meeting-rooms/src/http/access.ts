/**
 * Who may call a route. `open`: everybody, and it tells of nobody. `credential`: everybody, and it gives nothing but for
 * a password or a code. `user`: who is signed in. `admin`: administrators.
 */
export type Access = "open" | "credential" | "user" | "admin";
