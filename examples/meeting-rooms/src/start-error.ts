/** Something that keeps the system from starting, told to whoever runs it: the message alone is printed, without a stack. */
export class StartError extends Error {
  override readonly name = "StartError";
}
