import type { Amr, Method } from "../factors/factor.ts";

/**
 * The claims of a challenge, `typ: mfa-challenge+jwt`: a demand for a code, posted back with the answer. It
 * holds no credential. A sign-in challenge stands between the first factor and the session; a step-up
 * challenge carries what a guard asked, so that its answer yields the grant which that guard will take.
 */
export interface ChallengeClaims {
  use: "sign-in" | "step-up";
  tenant: string;
  /** Milliseconds since 1970, since a lock is that exact; `iat` has seconds. */
  issued_at: number;
  sid?: string;
  epoch: number;
  /** How the first factor was proved; sign-in alone. */
  amr: Amr[];
  /** Sign-in alone: what its owner is called, for the authenticator app. */
  name?: string;
  /** Sign-in alone: it is answered by enrolling, and by nothing else. */
  enrol?: true;
  purpose?: string;
  bind?: string;
  once?: true;
  /** The methods that may answer. */
  methods: Method[];
}
