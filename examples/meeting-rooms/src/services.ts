import { analytics } from "./analytics/service.ts";
import { bookings } from "./bookings/service.ts";
import type { ServiceDefinition } from "./http/service.ts";
import { reviews } from "./reviews/service.ts";
import { rooms } from "./rooms/service.ts";
import { users } from "./users/service.ts";

/** Every service, in the order in which they are started. One name here is all that a new one takes. */
const all = [users, rooms, bookings, reviews, analytics] as const;

/** A service's name. */
export type ServiceName = (typeof all)[number]["name"];

/** Every service. */
export const services: readonly ServiceDefinition<ServiceName>[] = all;
