/** What the services answer with. Times are ISO 8601 in UTC. */

export type Role = "user" | "admin";

export interface User {
  id: string;
  username: string;
  name: string;
  email: string;
  role: Role;
  created_at: string;
}

/** A user as admins see it. */
export interface ListedUser extends User {
  is_active?: boolean;
  mfa_enabled?: boolean;
  authenticators?: number;
  locked_until?: string | null;
}

export interface Room {
  id: number;
  name: string;
  capacity: number;
  location: string;
  equipment: string[];
  is_available: boolean;
}

/** A span in which a room is taken; whose and why is told to admins and the owner alone. */
export interface Busy {
  booking_id?: number;
  starts_at: string;
  ends_at: string;
  title?: string;
  organiser?: string | null;
  own: boolean;
}

export interface RoomDay extends Room {
  busy: Busy[];
}

export interface Booking {
  id: number;
  room_id: number;
  room_name: string;
  user_id: string | null;
  username: string | null;
  title: string;
  starts_at: string;
  ends_at: string;
  status: "confirmed" | "cancelled";
  created_at: string;
  cancelled_at: string | null;
  cancelled_by: string | null;
}

export interface Review {
  id: number;
  room_id: number;
  room_name: string;
  username: string | null;
  own: boolean;
  rating: number;
  comment: string | null;
  created_at: string;
}

/** What the console itself tells. */
export interface ConsoleFacts {
  /** Whether a session is there; whether it is still good, the services know. */
  signed_in: boolean;
  demo_accounts: { username: string; password: string; role: string }[];
  grafana_url: string | null;
  inbox: boolean;
}
