export default function Page() {
  return <main>The routes are at /login, /auth/mfa and /account.</main>;
}
