import type { Room } from "../api/types.ts";
import type { IconName } from "../parts/icon.tsx";

/** "1 seat", "8 seats". */
export const seats = (capacity: number): string => (capacity === 1 ? "1 seat" : `${capacity} seats`);

/** What is said beside a room's name. */
export const roomFacts = ({ capacity, location }: Room): string => `${seats(capacity)} · ${location}`;

const SIGNS: Readonly<Record<string, IconName>> = { screen: "screen", projector: "screen", video: "video", whiteboard: "board" };

/** A sign for what a room has. */
export const signOf = (equipment: string): IconName =>
  Object.entries(SIGNS).find(([word]) => equipment.toLowerCase().includes(word))?.[1] ?? "check";
