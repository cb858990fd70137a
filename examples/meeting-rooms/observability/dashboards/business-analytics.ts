import type { DashboardBuilder } from "@grafana/grafana-foundation-sdk/dashboard";
import { bars, board, heat, lines, needle, number, row, shares } from "./panels.ts";

/** A gauge that each process of the analytics service tells alike: the largest is taken, never the sum. */
const gauge = (name: string, by = ""): string => `max${by === "" ? "" : ` by (${by}) `}(${name})`;

/** How the rooms are used. */
export const businessAnalytics = (): DashboardBuilder =>
  board(
    "Business Analytics",
    "meeting-rooms-business",
    "How the rooms of the booking system are used, and what is thought of them.",
    "now-7d",
  )
    .withPanel(
      number(
        { title: "Bookings made, last 24 h", description: "Cancelled ones among them.", span: 6 },
        { expr: "sum(increase(bookings_created_total[24h]))" },
      ),
    )
    .withPanel(
      number(
        { title: "Active users", description: "Accounts that are not switched off.", span: 6 },
        { expr: `sum(${gauge("users_active", "role")})` },
      ),
    )
    .withPanel(
      number(
        {
          title: "Room utilization",
          description: "Share of the working hours, eight a day, of the last 30 days; all rooms together.",
          unit: "percentunit",
          span: 6,
        },
        { expr: `avg(${gauge("rooms_utilization_ratio", "room")})` },
      ),
    )
    .withPanel(
      number(
        { title: "Bookings in all", description: "Confirmed ones, past and to come.", span: 6 },
        { expr: gauge('bookings{status="confirmed"}') },
      ),
    )
    .withRow(row("Bookings"))
    .withPanel(
      lines(
        { title: "Booking frequency", description: "Bookings made in an hour.", span: 16 },
        { expr: "sum(increase(bookings_created_total[1h]))", legend: "bookings" },
      ),
    )
    .withPanel(
      shares(
        { title: "Bookings by status", description: "All that there are.", span: 8 },
        { expr: gauge("bookings", "status"), legend: "{{status}}" },
      ),
    )
    .withPanel(
      heat(
        {
          title: "Peak booking hours",
          description: "Bookings of the last 30 days by the hour (UTC) at which they begin, as that changes.",
          span: 24,
        },
        { expr: gauge("bookings_by_hour", "hour"), legend: "{{hour}}" },
      ),
    )
    .withRow(row("Rooms"))
    .withPanel(
      bars(
        { title: "Top 10 most booked rooms", description: "Bookings in the last 30 days.", span: 12 },
        { expr: `topk(10, ${gauge("room_bookings", "room")})`, legend: "{{room}}" },
      ),
    )
    .withPanel(
      bars(
        {
          title: "Room utilization rate",
          description: "The ten most used rooms, as a share of their working hours in the last 30 days.",
          unit: "percentunit",
          span: 12,
        },
        { expr: `topk(10, ${gauge("rooms_utilization_ratio", "room")})`, legend: "{{room}}" },
      ),
    )
    .withRow(row("People"))
    .withPanel(
      needle(
        { title: "Average room rating", description: "Of all reviews, 1 to 5.", span: 6 },
        { expr: gauge("reviews_average_rating") },
        [1, 5],
      ),
    )
    .withPanel(
      lines(
        { title: "Reviews created, daily", description: "Reviews written within the 24 hours before.", span: 9 },
        { expr: "sum(increase(reviews_created_total[1d]))", legend: "reviews" },
      ),
    )
    .withPanel(
      lines(
        { title: "Active users by role", description: "Accounts that are not switched off.", span: 9 },
        { expr: gauge("users_active", "role"), legend: "{{role}}" },
      ),
    );
