import { createAuditLog } from "../audit/log.ts";
import { act, erase, noteSwitch } from "./admin.ts";
import { deliver } from "./deliver.ts";
import { checkDeviceName, listDevices, revokeDevice } from "./devices.ts";
import { change, createEngine } from "./engine.ts";
import { enable, importFactor, setup } from "./enrol.ts";
import { reseal, rotate } from "./keys.ts";
import { disable, regenerateRecoveryCodes, remove, rename, resync } from "./lifecycle.ts";
import type { Mfa } from "./mfa.ts";
import type { MfaOptions } from "./mfa-options.ts";
import { checkedOptions } from "./options.ts";
import type { AdminAct, Enrolling, Subject } from "./requests.ts";
import { signIn } from "./sign-in.ts";
import { status } from "./status.ts";
import { checked, checkText, keyOf, NOBODY } from "./subject.ts";
import { challenge, verify, verifyGrant } from "./verify.ts";

/** Somebody who is signed in, or the challenge of somebody who is about to be. */
function checkedEnroller(who: Subject | Enrolling): Subject | Enrolling {
  if (who?.id !== undefined || typeof who?.challenge !== "string") return checked(who as Subject);
  if (who.session !== undefined) checkText("session", who.session);
  return who;
}

/** An admin's act, with who acts checked like anybody else. */
function checkedAct(by: AdminAct): AdminAct {
  checked(by?.actor);
  return by;
}

/**
 * Multi-factor authentication beside the login that the host already has. The host keeps its users,
 * passwords and sessions; this keeps what comes after the first factor.
 *
 * @throws ConfigError when an option is missing or makes no sense
 *
 * @example
 * ```ts
 * import { createMfa, keyring } from "@nightlatch/core";
 * import { memoryStore } from "@nightlatch/core/stores/memory";
 *
 * const mfa = createMfa({ issuer: "Example", keys: keyring(process.env.NIGHTLATCH_KEYS), store: memoryStore() });
 * await mfa.ready({ migrate: true });
 *
 * const step = await mfa.signIn({ id: "user-1" }, { amr: ["pwd"] });
 * if (step.required) {
 *   const verification = await mfa.verify({ challenge: step.challenge, code: "123456", session: "session-1" });
 *   if (verification.ok) console.log(`Start session-1 for ${verification.subject.id}`);
 * }
 * ```
 */
export function createMfa(options: MfaOptions): Mfa {
  const engine = createEngine(checkedOptions(options));
  return Object.freeze({
    async ready({ migrate = false } = {}) {
      if (migrate) await engine.store.migrate();
      await engine.openKeys();
      await noteSwitch(engine);
    },
    status: async (subject) => await status(engine, checked(subject)),
    signIn: async (subject, first) => await signIn(engine, checked(subject), first ?? {}),
    challenge: async (subject, demand) => await challenge(engine, checked(subject), demand),
    deliver: async (token, by) => await deliver(engine, token, by),
    async verify(answer) {
      if (answer?.device !== undefined) checkDeviceName(answer.device);
      if (answer?.subject) checked(answer.subject);
      // Neither a challenge nor a subject: a field is missing in what the user sent, which answers nothing.
      else if (typeof answer?.challenge !== "string") return { ok: false, reason: "expired" };
      else if (answer.session !== undefined) checkText("session", answer.session);
      return await verify(engine, answer);
    },
    verifyGrant: (grant, subject, demand) => verifyGrant(engine, grant, subject, demand),
    factors: Object.freeze({
      setup: async (who, request) => await setup(engine, checkedEnroller(who), request),
      enable: async (who, answer) => await enable(engine, checkedEnroller(who), answer),
      import: async (subject, from, options) => await importFactor(engine, checked(subject), from, options),
      resync: async (subject, factorId, codes) => await resync(engine, checked(subject), factorId, codes),
      list: async (subject) => (await status(engine, checked(subject))).factors,
      rename: async (subject, factorId, name) => await rename(engine, checked(subject), factorId, name),
      remove: async (subject, factorId, proof) => await remove(engine, checked(subject), factorId, proof),
    } satisfies Mfa["factors"]),
    disable: async (subject, proof) => await disable(engine, checked(subject), proof),
    regenerateRecoveryCodes: async (subject, proof) => await regenerateRecoveryCodes(engine, checked(subject), proof),
    async revoke(subject) {
      await change(engine, keyOf(checked(subject)), [{ type: "revoked" }], { raiseEpoch: true });
    },
    devices: Object.freeze({
      list: async (subject) => await listDevices(engine, checked(subject)),
      revoke: async (subject, deviceId) => await revokeDevice(engine, checked(subject), deviceId),
    } satisfies Mfa["devices"]),
    admin: Object.freeze({
      unlock: async (subject, by) => await act(engine, checked(subject), checkedAct(by), "unlocked"),
      reset: async (subject, by) => await act(engine, checked(subject), checkedAct(by), "mfa_reset"),
      switchOff: async (subject, by) => await act(engine, checked(subject), checkedAct(by), "mfa_switched_off"),
      switchOn: async (subject, by) => await act(engine, checked(subject), checkedAct(by), "mfa_switched_on"),
      async erase(subject) {
        await erase(engine, checked(subject));
      },
    } satisfies Mfa["admin"]),
    keys: Object.freeze({
      rotate: async (use) => await rotate(engine, use),
      reseal: async (options) => await reseal(engine, options),
    } satisfies Mfa["keys"]),
    async jwks() {
      // Another process may have made the key that now signs.
      const { jwks } = await engine.freshKeys();
      if (engine.grantAlgorithm !== "EdDSA") return { keys: [] };
      const now = engine.clock();
      return { keys: jwks.filter(({ until }) => until > now).map(({ jwk }) => jwk) };
    },
    audit: createAuditLog({
      store: engine.store,
      keys: async () => (await engine.freshKeys()).audit,
      clock: engine.clock,
      keyOf,
      record: async (event) => void (await change(engine, NOBODY, [event], {})),
      keepHead: engine.keepHead,
    }),
  } satisfies Mfa);
}
