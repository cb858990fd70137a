import type { RequestHandler } from "express";

/** Scripts, styles and requests of this origin alone; pictures may stand in the page, as the QR code does. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join("; ");

/** What the browser is told to refuse (OWASP Secure Headers). TLS ends in front of the console, and HSTS is said there. */
export const securityHeaders: RequestHandler = function securityHeaders(_req, res, next) {
  res.set({
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
  });
  next();
};
