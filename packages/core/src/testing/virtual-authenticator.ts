import { ConfigError } from "../errors.ts";
import { hotp, type ParsedKeyUri, parseKeyUri, totpStep } from "../otp/index.ts";
import type { ManualClock } from "./manual-clock.ts";
import { readQr } from "./read-qr.ts";

/** An authenticator app or a token, as far as a test needs one. */
export interface VirtualAuthenticator {
  readonly type: "totp" | "hotp";
  readonly issuer: string | undefined;
  readonly account: string;
  /** The key URI that it was made from. */
  readonly uri: string;
  /** The counter of the code that a `hotp` token shows; `undefined` for one that goes by time. */
  readonly counter: number | undefined;
  /** The code that it shows now. Asking does not change it. */
  code(): string;
  /**
   * Moves on, and returns the code that it shows then: one that has not been used. With a manual clock that is
   * the clock moved to its next time step. A clock that can't be moved is not waited for: then it is the next
   * step's code, which the default window already takes.
   */
  next(): string;
  /** A code of the right length that is none of those near. */
  wrongCode(): string;
}

/** What an authenticator is made from: what the app shows while enrolling. */
export type VirtualAuthenticatorOptions = {
  /** The time it goes by. @defaultValue the system's */
  clock?: ManualClock | (() => number);
} & ({ uri: string; qr?: undefined } | { qr: Uint8Array | string; uri?: undefined });

/** Steps before and after, or codes ahead, whose codes are not wrong. */
const NEAR = { totp: 20, hotp: 1_000 } as const;

function readUri({ uri, qr }: VirtualAuthenticatorOptions): string {
  if ((uri === undefined) === (qr === undefined)) {
    throw new ConfigError("virtualAuthenticator: give it either the key URI as uri, or the picture of it as qr.");
  }
  return uri ?? readQr(qr as Uint8Array | string);
}

/** The number that the code is made of, and how it moves. */
function positionOf(key: ParsedKeyUri, clock: ManualClock | (() => number)): { now(): number; next(): number } {
  if (key.type === "hotp") {
    let { counter } = key;
    return {
      now: () => counter,
      next() {
        counter += 1;
        return counter;
      },
    };
  }
  const { period } = key;
  const now = (): number => totpStep(typeof clock === "function" ? clock() : clock.now(), period);
  return {
    now,
    next() {
      const following = now() + 1;
      if (typeof clock !== "function") clock.set(following * period * 1000);
      return following;
    },
  };
}

/**
 * An authenticator for tests, made from the key URI that `setup` gave, or from its QR picture: a PNG, or a
 * `data:image/png;base64,…` URL such as the `qr_code` of the route `POST /setup`.
 *
 * @throws RangeError when the URI or the picture can't be read
 * @throws ConfigError when it is given both, or neither
 *
 * @example
 * ```ts
 * import { virtualAuthenticator } from "@nightlatch/core/testing";
 *
 * const phone = virtualAuthenticator({ uri: "otpauth://totp/Example:ada?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", clock: () => 59_000 });
 * phone.code(); // "287082", RFC 6238 appendix B
 * phone.wrongCode(); // "000000"
 * ```
 */
export function virtualAuthenticator(options: VirtualAuthenticatorOptions): VirtualAuthenticator {
  const uri = readUri(options);
  const key = parseKeyUri(uri);
  const { type, issuer, account, secret, algorithm, digits } = key;
  const position = positionOf(key, options.clock ?? Date.now);
  const codeAt = (at: number): string => hotp(secret, at, { algorithm, digits });
  return Object.freeze({
    type,
    issuer,
    account,
    uri,
    get counter() {
      return type === "hotp" ? position.now() : undefined;
    },
    code: () => codeAt(position.now()),
    next: () => codeAt(position.next()),
    wrongCode() {
      const from = Math.max(0, position.now() - NEAR.totp);
      const near = new Set(Array.from({ length: NEAR.totp + NEAR[type] + 1 }, (_, index) => codeAt(from + index)));
      let guess = 0;
      const written = (): string => String(guess).padStart(digits, "0");
      while (near.has(written())) guess += 1;
      return written();
    },
  } satisfies VirtualAuthenticator);
}
