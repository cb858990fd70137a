import type { WireDevice, WireFactor } from "@nightlatch/core/http";
import { CODES, DEVICES, SETUP, STATUS } from "./facts.ts";

/** The code that the demo takes; any other is wrong. */
export const DEMO_CODE = "492815";
const LOCK_AFTER = 5;
const LOCK_SECONDS = 90;

interface Demo {
  factors: WireFactor[];
  devices: WireDevice[];
  codes: string[];
  wrong: number;
  lockedUntil: number;
  provenAt: number;
}

type Answer = readonly [status: number, body: Record<string, unknown>];

const problem = (status: number, code: string, more: Record<string, unknown> = {}): Answer => [
  status,
  { code, status, title: code, ...more },
];

/**
 * A server in the page, as far as the components need one: nothing leaves the browser, nothing is kept. A fetch to take
 * the place of the real one, for the routes of the protocol and for one guarded route of a host (`/bookings/…`).
 */
export function demoServer({ isOn }: { isOn: boolean }): typeof fetch {
  const demo: Demo = {
    factors: isOn ? [...STATUS.factors] : [],
    devices: isOn ? [...DEVICES] : [],
    codes: isOn ? [...CODES] : [],
    wrong: 0,
    lockedUntil: 0,
    provenAt: 0,
  };
  const now = (): string => new Date().toISOString();
  const grant = () => ({ grant: "demo", expires_in: 300, amr: ["otp", "mfa"], acr: "urn:nightlatch:acr:mfa" });

  /** Judges a code; nothing where it is right. */
  function judge(code: unknown): Answer | undefined {
    const left = Math.ceil((demo.lockedUntil - Date.now()) / 1000);
    if (typeof code === "string" && demo.codes.includes(code)) {
      demo.codes = demo.codes.filter((other) => other !== code);
      demo.provenAt = Date.now();
      return undefined;
    }
    if (left > 0) return problem(429, "locked", { retry_after: left });
    if (code === DEMO_CODE) {
      demo.wrong = 0;
      demo.provenAt = Date.now();
      return undefined;
    }
    demo.wrong += 1;
    if (demo.wrong < LOCK_AFTER) return problem(401, "code_invalid", { attempts_left: LOCK_AFTER - demo.wrong });
    demo.wrong = 0;
    demo.lockedUntil = Date.now() + LOCK_SECONDS * 1000;
    return problem(429, "locked", { retry_after: LOCK_SECONDS });
  }

  /** What changes something needs a fresh proof, once there is something to protect. */
  const unproven = (code: unknown): Answer | undefined => {
    if (demo.factors.length === 0 || demo.provenAt > Date.now() - 60_000) return undefined;
    if (code !== undefined) return judge(code);
    return problem(401, "proof_needed", { challenge: "demo", methods: ["totp", "recovery_code"] });
  };

  const routes: Record<string, (body: Record<string, unknown>, id: string) => Answer> = {
    "GET /status": () => [
      200,
      { ...STATUS, mfa_enabled: demo.factors.length > 0, factors: demo.factors, recovery_codes_left: demo.codes.length },
    ],
    "POST /setup": ({ code }) => unproven(code) ?? [200, { ...SETUP, expires_at: new Date(Date.now() + 900_000).toISOString() }],
    "POST /enable": ({ code }) => {
      const refused = judge(code);
      if (refused) return refused;
      const isFirst = demo.factors.length === 0;
      demo.factors.push({ id: `f${Date.now()}`, type: "totp", name: "Authenticator", created_at: now(), last_used_at: null });
      if (isFirst) demo.codes = [...CODES];
      return [200, { mfa_enabled: true, ...grant(), ...(isFirst && { recovery_codes: CODES }) }];
    },
    "POST /disable": ({ code }) => {
      const refused = unproven(code);
      if (!refused) Object.assign(demo, { factors: [], devices: [], codes: [] });
      return refused ?? [200, { mfa_enabled: false }];
    },
    "POST /challenge": ({ type }) => [
      200,
      {
        challenge: "demo",
        methods: ["totp", "recovery_code", "email"],
        ...(type !== undefined && { sent_to: "a•••@example.com" }),
        expires_at: new Date(Date.now() + 600_000).toISOString(),
      },
    ],
    "POST /verify": ({ code }) => judge(code) ?? [200, grant()],
    "POST /recovery-codes": ({ code }) => {
      const refused = unproven(code);
      if (!refused) demo.codes = [...CODES];
      return refused ?? [200, { recovery_codes: CODES, ...grant() }];
    },
    "GET /devices": () => [200, { devices: demo.devices }],
    "PATCH /factors": ({ name }, id) => {
      demo.factors = demo.factors.map((factor) => (factor.id === id ? { ...factor, name: String(name) } : factor));
      return [200, { id, name }];
    },
    "DELETE /factors": ({ code }, id) => {
      const refused = unproven(code);
      if (!refused) demo.factors = demo.factors.filter((factor) => factor.id !== id);
      return refused ?? [200, { mfa_enabled: demo.factors.length > 0, ...grant() }];
    },
    "DELETE /devices": (_, id) => {
      demo.devices = demo.devices.filter((device) => device.id !== id);
      return [200, { revoked: true }];
    },
    "DELETE /bookings": () =>
      demo.provenAt > Date.now() - 10_000
        ? [200, { cancelled: true }]
        : problem(401, "step_up_required", { challenge: "demo", methods: ["totp", "recovery_code", "email"], purpose: "cancel" }),
  };

  return async (input, init) => {
    const request = new Request(new URL(input instanceof Request ? input.url : input, location.href), init);
    const [, at = "", id = ""] = /(\/[a-z-]+)(?:\/([^/]+))?$/.exec(new URL(request.url).pathname.replace(/^\/demo/, "")) ?? [];
    const text = await request.text();
    // As long as a request takes, so that "checking" is seen.
    await new Promise((resolve) => setTimeout(resolve, 350));
    const route = routes[`${request.method} ${at}`];
    const [status, body] = route ? route(text ? JSON.parse(text) : {}, decodeURIComponent(id)) : problem(404, "unsupported");
    return Response.json(body, { status });
  };
}
