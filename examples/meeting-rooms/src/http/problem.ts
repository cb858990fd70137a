/** Every problem of the system's own, with its status and what the person is told. */
const PROBLEMS = {
  body_invalid: [400, "The request's body can't be read: it is not what its Content-Type says."],
  request_invalid: [400, "The request can't be understood."],
  unauthenticated: [401, "Sign in first."],
  credentials_invalid: [401, "The username or the password is not right."],
  admins_only: [403, "Only an administrator may do this."],
  role_forbidden: [403, "Only an administrator can make another one."],
  not_yours: [403, "This is somebody else's."],
  not_booked: [403, "Only who has booked a room can review it."],
  account_inactive: [403, "This account is switched off. Ask an administrator."],
  not_found: [404, "There is nothing at this address."],
  user_not_found: [404, "There is no such user."],
  room_not_found: [404, "There is no such room."],
  booking_not_found: [404, "There is no such booking."],
  review_not_found: [404, "There is no such review."],
  username_taken: [409, "This username is taken. Choose another one."],
  email_taken: [409, "There is an account with this e-mail address already."],
  last_admin: [409, "This is the only administrator. Make another one first."],
  slot_taken: [409, "The room is booked for a part of that time already."],
  room_unavailable: [409, "The room can't be booked at present."],
  room_name_taken: [409, "There is a room of this name already."],
  too_many_bookings: [409, "You have as many bookings to come as one may have. Cancel one first."],
  already_reviewed: [409, "You have reviewed this room already. Change your review instead."],
  already_cancelled: [409, "This booking has been cancelled already."],
  booking_over: [409, "This booking is over, so it can't be cancelled any more."],
  body_too_large: [413, "The request's body is over 16 KiB."],
  media_type_unsupported: [415, "This route does not take a body of that type."],
  input_invalid: [422, "Some of the input is not right."],
  too_many_passwords: [429, "Too many passwords were tried for this account. Wait before the next one."],
  too_many_streams: [429, "You have live updates open five times. Close one first."],
  internal: [500, "Something went wrong. It has been reported."],
  unavailable: [503, "A part of the system does not answer just now. Try again in a moment."],
} as const satisfies Record<string, readonly [status: number, title: string]>;

/** The stable code of a problem. */
export type ProblemCode = keyof typeof PROBLEMS;

/** The status that a problem is answered with. */
export const statusOf = (code: ProblemCode): number => PROBLEMS[code][0];

/** What is wrong with one field. `path` is empty where it is the whole. */
export interface Fault {
  path: string;
  message: string;
}

/** What a problem adds to its code. */
export interface ProblemExtra {
  errors?: readonly Fault[];
  headers?: Readonly<Record<string, string>>;
  /** For the log alone. */
  cause?: unknown;
}

/** A refusal, thrown by a route and answered as `application/problem+json` (RFC 9457). */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;

  constructor(code: ProblemCode, { errors, headers, cause }: ProblemExtra = {}) {
    const [status, title] = PROBLEMS[code];
    super(title, { cause });
    this.status = status;
    // RFC 9110 §15.5.2: a 401 bears a challenge.
    const challenge: Record<string, string> = status === 401 ? { "WWW-Authenticate": "Bearer" } : {};
    this.headers = { "Content-Type": "application/problem+json", ...challenge, ...headers };
    this.body = { type: `urn:meeting-rooms:error:${code}`, title, status, code, ...(errors ? { errors } : {}) };
  }
}
