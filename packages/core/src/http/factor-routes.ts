import { deviceOf, factorOf, grantOf, proofIn, refused, withGrant } from "./answers.ts";
import { json } from "./message.ts";
import { toProblem } from "./problem.ts";
import { CODE_REFUSALS, isRefusal, PROOF_REFUSALS, type Route, route } from "./route.ts";
import * as schemas from "./schemas.ts";

const list = route(
  {
    method: "GET",
    path: "/factors",
    id: "listFactors",
    summary: "The enabled authenticators.",
    access: "session",
    answer: schemas.factorsAnswer,
    refusals: ["enrolment_mismatch"],
  },
  async ({ mfa, asking }) => json(200, { factors: (await mfa.factors.list(asking)).map(factorOf) }),
);

const rename = route(
  {
    method: "PATCH",
    path: "/factors/:id",
    id: "renameFactor",
    summary: "Gives an authenticator another name.",
    access: "session",
    params: schemas.idParams,
    body: schemas.renameBody,
    answer: schemas.renameAnswer,
    refusals: ["factor_unknown"],
  },
  async ({ mfa, asking, params: { id = "" } }, { name }) => {
    const renamed = await mfa.factors.rename(asking, id, name);
    return isRefusal(renamed) ? toProblem(renamed) : json(200, { id, name });
  },
);

const remove = route(
  {
    method: "DELETE",
    path: "/factors/:id",
    id: "removeFactor",
    summary: "Removes an authenticator, by a code or a grant; with the last one the recovery codes go too.",
    access: "session",
    takesCode: true,
    params: schemas.idParams,
    body: schemas.proofBody,
    answer: schemas.removeAnswer,
    refusals: [...PROOF_REFUSALS, "factor_unknown"],
  },
  async (context, body) => {
    const { mfa, asking, params } = context;
    const verification = await mfa.factors.remove(asking, params.id ?? "", proofIn(context, body));
    if (isRefusal(verification)) return await refused(context, verification);
    const { enabled } = await mfa.status(asking);
    return withGrant(verification, { mfa_enabled: enabled, ...grantOf(verification) });
  },
);

const resync = route(
  {
    method: "POST",
    path: "/factors/:id/resync",
    id: "resyncFactor",
    summary: "Brings a counter-based token back that ran ahead, by two codes in a row.",
    access: "session",
    takesCode: true,
    params: schemas.idParams,
    body: schemas.resyncBody,
    answer: schemas.grantAnswer,
    refusals: CODE_REFUSALS,
  },
  async (context, { codes }) => {
    const verification = await context.mfa.factors.resync(context.asking, context.params.id ?? "", codes);
    return isRefusal(verification) ? await refused(context, verification) : withGrant(verification, grantOf(verification));
  },
);

const devices = route(
  {
    method: "GET",
    path: "/devices",
    id: "listDevices",
    summary: "The trusted devices, newest first.",
    access: "session",
    answer: schemas.devicesAnswer,
  },
  async ({ mfa, asking }) => json(200, { devices: (await mfa.devices.list(asking)).map(deviceOf) }),
);

const revoke = route(
  {
    method: "DELETE",
    path: "/devices/:id",
    id: "revokeDevice",
    summary: "Trusts a device no longer. Giving trust up wants no proof.",
    access: "session",
    params: schemas.idParams,
    body: schemas.noBody,
    answer: schemas.revokeAnswer,
    refusals: ["device_unknown"],
  },
  async ({ mfa, asking, params: { id = "" } }) => {
    const revoked = await mfa.devices.revoke(asking, id);
    return isRefusal(revoked) ? toProblem(revoked) : json(200, { revoked: true });
  },
);

/** The routes by which authenticators and devices are managed. */
export const factorRoutes: readonly Route[] = [list, rename, remove, resync, devices, revoke];
