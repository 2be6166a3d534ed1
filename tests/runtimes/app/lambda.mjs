// AWS Lambda: a function, and the loop around it that the service prescribes for a runtime.
// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html

import { perform } from "./perform.mjs";

const api = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/invocation`;

for (;;) {
  const invocation = await fetch(`${api}/next`);
  const id = invocation.headers.get("lambda-runtime-aws-request-id");
  const answer = await perform(await invocation.json());
  await (await fetch(`${api}/${id}/response`, { method: "POST", body: JSON.stringify(answer) })).text();
}
