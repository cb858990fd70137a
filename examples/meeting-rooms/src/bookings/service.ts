import type { Mfa } from "@nightlatch/core";
import { expressMfa } from "@nightlatch/express";
import type { Express, RequestHandler } from "express";
import type { JWTVerifyGetKey } from "jose";
import type { Logger } from "pino";
import type { Queries } from "../database/database.ts";
import { jsonBody, valid } from "../http/input.ts";
import { page } from "../http/page.ts";
import { createService } from "../http/service.ts";
import { createAuthentication } from "../tokens/authenticate.ts";
import { bookingId, bookingQuery, bookingRequest } from "./booking.ts";
import { book, cancel, checkCancellable, findBooking, listBookings } from "./calendar.ts";

interface BookingsOptions {
  database: Queries;
  mfa: Mfa;
  log: Logger;
  /** Finds the key that a token names. */
  keys: JWTVerifyGetKey;
}

/** The bookings service. */
export function bookingsService({ database, mfa, log, keys }: BookingsOptions): Express {
  const { caller, subject, signedIn } = createAuthentication(database, keys);
  // No router: who refuses here is answered at the users service, whose grants are good here too.
  const { stepUp } = expressMfa(mfa, { subject, onError: (error) => log.error({ err: error }, "MFA failed") });

  const cancellable: RequestHandler<{ id: string }> = async (req, _res, next) => {
    checkCancellable(await findBooking(database, await caller(req), bookingId(req.params.id)), Date.now());
    next();
  };

  const showBooking: RequestHandler<{ id: string }> = async (req, res) => {
    res.json(await findBooking(database, await caller(req), bookingId(req.params.id)));
  };

  const cancelBooking: RequestHandler<{ id: string }> = async (req, res) => {
    res.json(await cancel(database, await caller(req), Number(req.params.id)));
  };

  return createService({ name: "bookings", database, log }, (app) => {
    app.post("/bookings", signedIn, ...jsonBody, async (req, res) => {
      const { id } = await caller(req);
      const booking = await book(database, id, valid(bookingRequest(Date.now()), req.body));
      res.status(201).location(`/bookings/${booking.id}`).json(booking);
    });

    app.get("/bookings", signedIn, async (req, res) => {
      const { id, role } = await caller(req);
      const query = valid(bookingQuery, req.query);
      const bookings = await listBookings(database, role === "admin" ? undefined : id, query);
      res.json(page(bookings, query.limit, { item: (booking) => booking, cursor: (last) => [last.starts_at, last.id] }));
    });

    app.get("/bookings/:id", signedIn, showBooking);
    app.delete("/bookings/:id", signedIn, cancellable, stepUp({ maxAge: "5m", ifNotEnrolled: "allow" }), cancelBooking);
  });
}
