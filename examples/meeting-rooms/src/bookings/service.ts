import { Counter } from "prom-client";
import { valid } from "../http/input.ts";
import { page, pageAnswer } from "../http/page.ts";
import { type ServiceDefinition, service } from "../http/service.ts";
import { idInPath, type WithId } from "../http/values.ts";
import type { LiveEvent } from "../live/live-events.ts";
import { type Booking, booking, bookingQuery, bookingRequest } from "./booking.ts";
import { book, cancel, checkCancellable, findBooking } from "./calendar.ts";
import { selectBookings } from "./sql.ts";

const eventOf = (action: "created" | "cancelled", { id, room_id, user_id, starts_at, ends_at }: Booking): LiveEvent => ({
  type: "booking",
  action,
  id,
  room_id,
  user_id,
  starts_at: starts_at.toISOString(),
  ends_at: ends_at.toISOString(),
});

/** The bookings service. */
export const bookings: ServiceDefinition<"bookings"> = service({
  name: "bookings",
  port: 8003,
  title: "Bookings",
  description:
    "Booking rooms and cancelling. No two bookings of a room overlap. Times are ISO 8601 with an offset, and are answered in UTC.",
  async routes(api, { database, auth, live, events, register, engine, config }) {
    // No MFA routes here: who is refused answers at the users service, whose grants are good here too.
    const { freshCode } = await engine();
    const created = new Counter({ name: "bookings_created_total", help: "Bookings made.", registers: [register] });

    api.post(
      "/bookings",
      {
        access: "user",
        summary: "Books a room, within a year from now, for 12 hours at most. A member has 100 bookings to come at most. Both can be set.",
        body: bookingRequest(0, config.bookings),
        answers: { 201: booking },
        problems: ["room_not_found", "room_unavailable", "slot_taken", "too_many_bookings"],
      },
      async (req, res) => {
        const made = await book(
          database,
          await auth.caller(req),
          valid(bookingRequest(Date.now(), config.bookings), req.body),
          config.bookings,
        );
        created.inc();
        live.publish(eventOf("created", made));
        res.status(201).location(`/bookings/${made.id}`).json(made);
      },
    );

    api.get(
      "/bookings",
      {
        access: "user",
        summary: "One's own bookings in the order of their start; for administrators everybody's. Those that touch `from` to `to`.",
        query: bookingQuery,
        answers: { 200: pageAnswer(booking) },
      },
      async (req, res) => {
        const { id, role } = await auth.caller(req);
        const query = valid(bookingQuery, req.query);
        const found = await selectBookings(database, role === "admin" ? undefined : id, query);
        res.json(page(found, query.limit, { item: (one) => one, cursor: (last) => [last.starts_at, last.id] }));
      },
    );

    const show: WithId = async (req, res) => {
      res.json(await findBooking(database, await auth.caller(req), idInPath(req.params.id)));
    };
    api.get(
      "/bookings/:id",
      {
        access: "user",
        summary: "A booking, for its owner and administrators.",
        answers: { 200: booking },
        problems: ["not_yours", "booking_not_found"],
      },
      show,
    );

    const cancellable: WithId = async (req, _res, next) => {
      checkCancellable(await findBooking(database, await auth.caller(req), idInPath(req.params.id)), Date.now());
      next();
    };
    const remove: WithId = async (req, res) => {
      const cancelled = await cancel(database, await auth.caller(req), Number(req.params.id));
      live.publish(eventOf("cancelled", cancelled));
      res.json(cancelled);
    };
    api.delete(
      "/bookings/:id",
      {
        access: "user",
        summary: "Cancels a booking, for its owner and administrators. It stays, as cancelled.",
        answers: { 200: booking },
        problems: ["not_yours", "booking_not_found", "already_cancelled", "booking_over"],
        stepUp: freshCode,
      },
      cancellable,
      remove,
    );

    api.get(
      "/events",
      {
        access: "user",
        summary:
          "Server-Sent Events of what changes: bookings, rooms, reviews, for administrators users too. `resync` says that some may have " +
          "been missed; `beat`, every five seconds, that the stream is alive.",
        answers: {
          200: "text/event-stream; each event's data is a JSON object with type, action, id, room_id, starts_at, ends_at, user_id",
        },
      },
      events,
    );
  },
});
