import { Counter } from "prom-client";
import { valid } from "../http/input.ts";
import { page, pageAnswer } from "../http/page.ts";
import { type ServiceDefinition, service } from "../http/service.ts";
import { idInPath, type WithId } from "../http/values.ts";
import { newReview, review, reviewChange, reviewQuery } from "./review.ts";
import { addReview, changeReview, findReview } from "./reviews.ts";
import { deleteReview, selectReviews } from "./sql.ts";

/** The reviews service. */
export const reviews: ServiceDefinition<"reviews"> = service({
  name: "reviews",
  port: 8004,
  title: "Reviews",
  description: "What users think of the rooms that they have booked: one review for each.",
  routes(api, { database, auth, live, register }) {
    const created = new Counter({ name: "reviews_created_total", help: "Reviews written.", registers: [register] });

    api.post(
      "/reviews",
      {
        access: "user",
        summary: "Reviews a room that one has booked, once.",
        body: newReview,
        answers: { 201: review },
        problems: ["room_not_found", "not_booked", "already_reviewed"],
      },
      async (req, res) => {
        const made = await addReview(database, (await auth.caller(req)).id, valid(newReview, req.body));
        created.inc();
        live.publish({ type: "review", action: "created", id: made.id, room_id: made.room_id });
        res.status(201).location(`/reviews/${made.id}`).json(made);
      },
    );

    api.get(
      "/reviews",
      {
        access: "user",
        summary: "Reviews, the newest first: of a room, or one's own.",
        query: reviewQuery,
        answers: { 200: pageAnswer(review) },
      },
      async (req, res) => {
        const query = valid(reviewQuery, req.query);
        const found = await selectReviews(database, (await auth.caller(req)).id, query);
        res.json(page(found, query.limit, { item: (one) => one, cursor: (last) => [last.created_at, last.id] }));
      },
    );

    const change: WithId = async (req, res) => {
      const changed = await changeReview(database, await auth.caller(req), idInPath(req.params.id), valid(reviewChange, req.body));
      live.publish({ type: "review", action: "changed", id: changed.id, room_id: changed.room_id });
      res.json(changed);
    };
    api.patch(
      "/reviews/:id",
      {
        access: "user",
        summary: "Changes a review of one's own.",
        body: reviewChange,
        answers: { 200: review },
        problems: ["not_yours", "review_not_found"],
      },
      change,
    );

    const remove: WithId = async (req, res) => {
      const { id, room_id } = await findReview(database, await auth.caller(req), idInPath(req.params.id), true);
      await deleteReview(database, id);
      live.publish({ type: "review", action: "deleted", id, room_id });
      res.status(204).end();
    };
    api.delete(
      "/reviews/:id",
      {
        access: "user",
        summary: "Removes a review of one's own; administrators remove any.",
        answers: { 204: "Done." },
        problems: ["not_yours", "review_not_found"],
      },
      remove,
    );
  },
});
