import { valid } from "../http/input.ts";
import { page, pageAnswer } from "../http/page.ts";
import { type ServiceDefinition, service } from "../http/service.ts";
import { idInPath, type WithId } from "../http/values.ts";
import { day, dayQuery, newRoom, room, roomChange, roomQuery } from "./room.ts";
import { addRoom, changeRoom, dayOf, deleteRoom, findRoom } from "./rooms.ts";
import { selectRooms } from "./sql.ts";

/** The rooms service. */
export const rooms: ServiceDefinition<"rooms"> = service({
  name: "rooms",
  port: 8002,
  title: "Rooms",
  description: "Which rooms there are, and when they are free.",
  async routes(api, { database, auth, live, engine }) {
    const { freshCode } = await engine();

    api.get(
      "/rooms",
      {
        access: "user",
        summary:
          "Rooms in the order of their names: for `capacity` people or more, with all of `equipment`, free from `free_from` to `free_to`.",
        query: roomQuery,
        answers: { 200: pageAnswer(room) },
      },
      async (req, res) => {
        const query = valid(roomQuery, req.query);
        const found = await selectRooms(database, query);
        res.json(page(found, query.limit, { item: (one) => one, cursor: ({ name, id }) => [name.toLowerCase(), id] }));
      },
    );

    api.get(
      "/rooms/day",
      {
        access: "user",
        summary: "A day, and each room with the times at which it is taken. Title and organiser for administrators and the owner alone.",
        query: dayQuery,
        answers: { 200: day },
      },
      async (req, res) => {
        res.json(await dayOf(database, await auth.caller(req), valid(dayQuery, req.query)));
      },
    );

    const show: WithId = async (req, res) => {
      res.json(await findRoom(database, idInPath(req.params.id)));
    };
    api.get("/rooms/:id", { access: "user", summary: "A room.", answers: { 200: room }, problems: ["room_not_found"] }, show);

    api.post(
      "/rooms",
      { access: "admin", summary: "Adds a room.", body: newRoom, answers: { 201: room }, problems: ["room_name_taken"] },
      async (req, res) => {
        const made = await addRoom(database, valid(newRoom, req.body));
        live.publish({ type: "room", action: "created", id: made.id, room_id: made.id });
        res.status(201).location(`/rooms/${made.id}`).json(made);
      },
    );

    const change: WithId = async (req, res) => {
      const changed = await changeRoom(database, idInPath(req.params.id), valid(roomChange, req.body));
      live.publish({ type: "room", action: "changed", id: changed.id, room_id: changed.id });
      res.json(changed);
    };
    api.patch(
      "/rooms/:id",
      {
        access: "admin",
        summary: "Changes a room. Its bookings stay.",
        body: roomChange,
        answers: { 200: room },
        problems: ["room_not_found", "room_name_taken"],
      },
      change,
    );

    const known: WithId = async (req, _res, next) => {
      await findRoom(database, idInPath(req.params.id));
      next();
    };
    const remove: WithId = async (req, res) => {
      const id = Number(req.params.id);
      await deleteRoom(database, await auth.caller(req), id);
      live.publish({ type: "room", action: "deleted", id, room_id: id });
      res.status(204).end();
    };
    api.delete(
      "/rooms/:id",
      {
        access: "admin",
        summary: "Deletes a room, and cancels its bookings to come.",
        answers: { 204: "Done." },
        problems: ["room_not_found"],
        stepUp: freshCode,
      },
      known,
      remove,
    );
  },
});
