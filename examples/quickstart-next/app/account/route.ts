import { stepUp } from "../../lib/auth";

/** Whoever has an authenticator proves it anew before this; who has none passes. */
export const DELETE = stepUp({ maxAge: "5m", ifNotEnrolled: "allow" }, () => Response.json({ deleted: true }));
