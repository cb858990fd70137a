/** What goes over the wire, for clients to be typed by. Times are ISO 8601 in UTC; names are snake_case. */

/** A method, as factors call themselves: `totp`, `hotp`, `recovery_code`, `email`, `sms`, or a host's own. */
type WireMethod = string;

/** An enabled authenticator. */
export interface WireFactor {
  id: string;
  type: WireMethod;
  name: string;
  created_at: string;
  last_used_at: string | null;
  /** Its secret has under 128 bits, as some that were imported have: ask for a new enrolment. */
  short?: true;
}

/** A trusted device. */
export interface WireDevice {
  id: string;
  name: string;
  created_at: string;
  expires_at: string;
  last_used_at: string | null;
}

/** What every earned grant comes with. `expires_in` is in seconds. */
export interface WireGrant {
  grant: string;
  expires_in: number;
  /** RFC 8176 values, or `recovery_code`. */
  amr: string[];
  acr: string;
}

/** A code as proof of a second factor; nothing of it where a grant stands in `MFA-Grant`. */
export interface ProofBody {
  code?: string;
  /** The authenticator that the code is of; HOTP needs it. */
  factor_id?: string;
  /** The challenge that a delivered code came with. */
  challenge?: string;
}

/** `GET /status`. */
export interface StatusAnswer {
  mfa_enabled: boolean;
  username: string;
  /** A digest of whose state it is: of tenant, user and session as the service read them from the request. */
  asker: string;
  factors: WireFactor[];
  /** What a code could be of now. */
  methods: WireMethod[];
  recovery_codes_left: number;
  /** While authenticator codes are locked. */
  locked_until?: string;
  /** MFA is switched off, for this user or for everybody. */
  switched_off?: true;
}

/** `POST /setup`. */
export interface SetupBody extends ProofBody {
  type?: WireMethod;
  name?: string;
  /** The authenticator that goes once the new one is enabled. */
  replaces?: string;
}

/** The answer of `POST /setup`. */
export interface SetupAnswer {
  factor_id: string;
  /** Base32, for typing in. */
  secret: string;
  /** What the QR picture holds. */
  uri: string;
  /** A PNG as a data URL. */
  qr_code: string;
  expires_at: string;
}

/** `POST /enable`. */
export interface EnableBody {
  code: string;
  factor_id?: string;
}

/** The answer of `POST /enable`. */
export interface EnableAnswer extends WireGrant {
  mfa_enabled: true;
  /** With the first authenticator: shown this once. */
  recovery_codes?: string[];
}

/** The answer of `POST /disable`. */
export interface DisableAnswer {
  mfa_enabled: false;
}

/** `POST /challenge`: for a new challenge what its grant is for, or `challenge` for one that is there. */
export interface ChallengeBody {
  /** Sends a code by it: `email`, `sms`, or what a delivering factor of the host's calls itself. */
  type?: WireMethod;
  /** The challenge to send a code for; a new one without it. */
  challenge?: string;
  purpose?: string;
  bind?: string[];
  /** The grant is for guards that take each grant a single time, and for no others. */
  once?: boolean;
  methods?: WireMethod[];
}

/** The answer of `POST /challenge`. */
export interface ChallengeAnswer {
  challenge: string;
  /** What may answer a new challenge. */
  methods?: WireMethod[];
  /** Where a code was sent, in a form that may be shown. */
  sent_to?: string;
  /** When the challenge ends; where a code was sent, when that does. */
  expires_at: string;
}

/** `POST /verify`. */
export interface VerifyBody {
  code: string;
  challenge?: string;
  factor_id?: string;
  /** With `MFA-Challenge`: trusts this device from now on, under this name. */
  trust_device?: string;
}

/** The answer of `POST /verify`. */
export interface VerifyAnswer extends WireGrant {
  /** After a recovery code. */
  recovery_codes_left?: number;
  /** The secret of the authenticator is short: ask for a new enrolment. */
  re_enrol?: true;
  /** The device that is trusted now; its token is in a cookie. */
  device?: { id: string; expires_at: string };
}

/** The answer of `POST /recovery-codes`. */
export interface RecoveryCodesAnswer {
  recovery_codes: string[];
}

/** The answer of `GET /factors`. */
export interface FactorsAnswer {
  factors: WireFactor[];
}

/** `PATCH /factors/:id`. */
export interface RenameBody {
  name: string;
}

/** The answer of `PATCH /factors/:id`. */
export interface RenameAnswer {
  id: string;
  name: string;
}

/** The answer of `DELETE /factors/:id`. */
export interface RemoveAnswer extends WireGrant {
  /** False when it was the last one. */
  mfa_enabled: boolean;
}

/** `POST /factors/:id/resync`: two codes in a row, the earlier first. */
export interface ResyncBody {
  codes: [string, string];
}

/** The answer of `GET /devices`. */
export interface DevicesAnswer {
  devices: WireDevice[];
}

/** The answer of `DELETE /devices/:id`. */
export interface RevokeAnswer {
  revoked: true;
}

/** The answer of `GET /jwks.json` (RFC 7517). */
export interface JwksAnswer {
  keys: { kty: "OKP"; crv: "Ed25519"; x: string; kid: string; alg: "EdDSA"; use: "sig" }[];
}

/** Each route with what it takes and what it answers when all goes well. A refusal is a `ProblemBody`. */
export interface RouteTypes {
  "GET /status": { answer: StatusAnswer };
  "POST /setup": { body: SetupBody; answer: SetupAnswer };
  "POST /enable": { body: EnableBody; answer: EnableAnswer };
  "POST /disable": { body: ProofBody; answer: DisableAnswer };
  "POST /challenge": { body: ChallengeBody; answer: ChallengeAnswer };
  "POST /verify": { body: VerifyBody; answer: VerifyAnswer };
  "POST /recovery-codes": { body: ProofBody; answer: RecoveryCodesAnswer };
  "GET /factors": { answer: FactorsAnswer };
  "PATCH /factors/:id": { body: RenameBody; answer: RenameAnswer };
  "DELETE /factors/:id": { body: ProofBody; answer: RemoveAnswer };
  "POST /factors/:id/resync": { body: ResyncBody; answer: WireGrant };
  "GET /devices": { answer: DevicesAnswer };
  "DELETE /devices/:id": { answer: RevokeAnswer };
  "GET /openapi.json": { answer: Record<string, unknown> };
  "GET /jwks.json": { answer: JwksAnswer };
}

/** The body of a refusal (RFC 9457), with whatever its code adds. */
export interface ProblemBody {
  type: string;
  title: string;
  status: number;
  code: string;
  /** Wrong codes that may follow before a lock. */
  attempts_left?: number;
  /** Seconds until an attempt is admitted again. */
  retry_after?: number;
  /** To be answered at `/verify`, or in `MFA-Challenge` after a sign-in. */
  challenge?: string;
  /** What may answer the challenge. */
  methods?: WireMethod[];
  expires_at?: string;
  /** After a sign-in: the challenge is answered by enrolling. */
  enrol?: boolean;
  /** What a guard demands: the level, how old the proof may be in seconds, and what for. */
  acr_values?: string;
  max_age?: number;
  purpose?: string;
  /** What is wrong with the request's body or path. */
  errors?: { path: string; message: string }[];
}
