import type { Request, Response } from "express";

/** What the documents' examples call "your own": the host's users, passwords and sessions. */
interface User {
  id: string;
  email: string;
  /** What the host itself remembers of the enrolment. */
  enrolled: boolean;
}

/** The user whose password this is. */
export declare function checkPassword(body: unknown): Promise<User | undefined>;

/** The user of the request's session, with the session's id. */
export declare function userOf(req: Request): (User & { sessionId: string }) | undefined;

/**
 * Remembers whether a user is enrolled, where there is something to remember, and since when: news that is older than what is
 * remembered changes nothing, since it comes by two ways.
 */
export declare function rememberEnrolled(userId: string | undefined, enrolled: boolean | undefined, at: Date): Promise<void>;

/** An id for a session that starts when the second step is done. */
export declare function newSessionId(): string;

/** Starts a session and answers. */
export declare function startSession(res: Response, userId: string, sessionId: string, mfaGrant?: string): void;

/** A route's own work. */
export declare function cancelBooking(req: Request, res: Response): void;
