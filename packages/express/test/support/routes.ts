import { type Route, routes as table } from "@nightlatch/core/http";

/** Where the host mounts the router. */
export const MOUNT = "/auth/mfa";

/** The routes that tell of somebody, so that they need to know who is asking. */
const routes: readonly Route[] = table.filter(({ access }) => access !== "public");

/** The routes that tell of nobody. */
export const PUBLIC_ROUTES: readonly Route[] = table.filter(({ access }) => access === "public");

/** Those of the table that may take a code in their body. */
export const ALL_CODE_ROUTES: readonly Route[] = routes.filter(({ takesCode }) => takesCode);

/** Those that may take it whatever stands in their path. */
export const CODE_ROUTES: readonly Route[] = ALL_CODE_ROUTES.filter(({ params }) => params === undefined);

/** The routes that read a body. */
export const BODY_ROUTES: readonly Route[] = routes.filter(({ body }) => body !== undefined);

export { routes };
