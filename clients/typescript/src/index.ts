export {
  Pledge,
  type CallOptions,
  type KeyedCallOptions,
  type PledgeOptions,
  type PreorderWaitOptions,
  type SignInOptions,
} from "./client.js";
export { PledgeError, type ApiErrorCode, type ClientErrorCode, type ErrorCode } from "./error.js";
export type { WaitOptions } from "./polling.js";
export type * from "./types.js";
