import { util } from "@aws-appsync/utils";

/** Asks the function `query`, as AppSync runs it for every field. */
export function request(ctx) {
  const { args, identity, info } = ctx;
  return { operation: "Invoke", payload: { arguments: args, identity, info } };
}

/** A refusal is an error to the caller, as a failure of the function is. */
export function response(ctx) {
  if (ctx.error) {
    util.error(ctx.error.message, ctx.error.type);
  }
  if (ctx.result.refused) {
    util.error(ctx.result.refused.message, ctx.result.refused.type);
  }
  return ctx.result.value;
}
