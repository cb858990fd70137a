import { type Config, callable } from "../config.ts";
import { DEMO_ACCOUNTS, DEMO_PASSWORD } from "./catalogue.ts";

/** Reads one text member out of a JSON answer, with what every shell has. */
const member = (name: string): string => String.raw`sed 's/.*"${name}":"\([^"]*\)".*/\1/'`;

/** The same for the number that an answer begins with. */
const FIRST_ID = String.raw`sed 's/^{"id":\([0-9]*\).*/\1/'`;

/** A half-hour a week from `now`, which nobody is likely to have booked. */
function tryOut(now: number): string {
  const at = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+/, "");
  const starts = now + 7 * 86_400_000;
  return JSON.stringify({ room_id: 4, title: "Try-out", starts_at: at(starts), ends_at: at(starts + 1_800_000) });
}

/** The story of two-step verification, to be pasted line by line. */
const story = (
  users: string,
  bookings: string,
  now: number,
): string => String.raw`  Try it: paste these into another terminal, line by line. Each code works once: take the next one for each step.

  # Sign in, and begin two-step verification. Scan qr.png with an authenticator app, or type the secret into it.
  U=${users} B=${bookings} P=${DEMO_PASSWORD}
  TOKEN=$(curl -s $U/auth/login -d "username=member&password=$P" | ${member("access_token")})
  SETUP=$(curl -s -X POST $U/auth/mfa/setup -H "Authorization: Bearer $TOKEN")
  echo "$SETUP" | ${member("qr_code")} | cut -d, -f2 | base64 -d > qr.png
  echo "$SETUP" | ${member("secret")}

  # Switch it on with the code that the app shows, and keep the recovery codes of the answer.
  CODE=123456
  curl -s $U/auth/mfa/enable -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" -d "{\"code\":\"$CODE\"}"; echo

  # The password alone is refused now; with the next code it signs in.
  curl -s $U/auth/login -d "username=member&password=$P"; echo
  CODE=123456
  TOKEN=$(curl -s $U/auth/login-mfa -d "username=member&password=$P&mfa_code=$CODE" | ${member("access_token")})

  # Book a room, and cancel the booking: that takes a fresh code. It is refused without one, and done with the next.
  BOOKING='${tryOut(now)}'
  ID=$(curl -s $B/bookings -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" -d "$BOOKING" | ${FIRST_ID})
  curl -si -X DELETE $B/bookings/$ID -H "Authorization: Bearer $TOKEN"; echo
  CODE=123456
  curl -si -X DELETE $B/bookings/$ID -H "Authorization: Bearer $TOKEN" -H "X-MFA-Code: $CODE"; echo

  Who is enrolled stays so: to tell the story again, take guest instead of member, or delete the data.`;

/** What whoever has started the system is told: where it is, who is there, and what to try. */
export function guide({ services, consolePort, host, ports, urls, dataFolder, databaseUrl, demo }: Config, now = Date.now()): string {
  const at = (name: (typeof services)[number]): string => `http://${callable(host)}:${ports[name]}`;
  const lines = [
    "",
    "  Smart Meeting Rooms",
    ...(consolePort === undefined ? [] : [`    ${"console".padEnd(9)} http://${callable(host)}:${consolePort}    begin here`]),
    ...services.map((name) => `    ${name.padEnd(9)} ${at(name)}`),
    ...(demo && services.includes("users") ? [`    ${"mail".padEnd(9)} ${at("users")}/inbox`] : []),
    ...(services.length === 0
      ? []
      : [`    ${"data".padEnd(9)} ${databaseUrl === undefined ? dataFolder : "on the server that DATABASE_URL names"}`]),
    "",
  ];
  if (demo && services.includes("users")) {
    const accounts = DEMO_ACCOUNTS.map(({ username, role }) => (role === "admin" ? `${username} (administrator)` : username));
    lines.push(`  Demo accounts: ${accounts.join(", ")}. Password: ${DEMO_PASSWORD}`, "");
    lines.push(story(urls.users, at("bookings"), now), "");
  }
  return lines.join("\n");
}
