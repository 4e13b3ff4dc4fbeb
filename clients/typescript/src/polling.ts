import { pause } from "./pause.js";

/** The wait after the first request, in milliseconds. It grows by half with each. */
const FIRST_WAIT = 300;
const LONGEST_WAIT = 4000;

export interface WaitOptions<Value> {
  /** How long to poll, in milliseconds; 30 s unless given. */
  waitLimit?: number;
  signal?: AbortSignal;
  /** Called with every state, for example to show it. */
  onUpdate?: (value: Value) => void;
}

/** Polls until `settled` returns true or the limit is over, and returns the last state. */
export async function poll<Value>(
  read: (signal: AbortSignal | undefined) => Promise<Value>,
  settled: (value: Value) => boolean,
  { waitLimit = 30_000, signal, onUpdate }: WaitOptions<Value>,
): Promise<Value> {
  const end = Date.now() + waitLimit;
  for (let wait = FIRST_WAIT; ; wait = Math.min(wait * 1.5, LONGEST_WAIT)) {
    const value = await read(signal);
    onUpdate?.(value);
    const jittered = wait * (0.75 + Math.random() / 2);
    if (settled(value) || Date.now() + jittered >= end) return value;
    await pause(jittered, signal);
  }
}
