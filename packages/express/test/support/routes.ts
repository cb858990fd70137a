import { type Route, routes } from "@nightlatch/core/http";

/** Where the host mounts the router. */
export const MOUNT = "/auth/mfa";

/** The routes that may take a code in their body: the table says which. */
export const CODE_ROUTES: readonly Route[] = routes.filter(({ takesCode }) => takesCode);

/** The routes that read a body. */
export const BODY_ROUTES: readonly Route[] = routes.filter(({ body }) => body !== undefined);

export { routes };
