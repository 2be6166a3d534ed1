// Requests to an emulator without this package. It checks no signature, but wants one.

/**
 * @param {string} endpoint
 * @param {string} action
 * @param {object} parameters
 * @returns {Promise<any>}
 */
export async function send(endpoint, action, parameters) {
  const response = await fetch(endpoint, {
    method: "POST",
    headers: {
      "content-type": "application/x-amz-json-1.0",
      "x-amz-target": `DynamoDB_20120810.${action}`,
      "x-amz-date": "20260101T000000Z",
      authorization:
        "AWS4-HMAC-SHA256 Credential=emulator/20260101/eu-central-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0",
    },
    body: JSON.stringify(parameters),
  });
  const answer = await response.json();
  if (!response.ok) {
    throw new Error(`${action}: ${JSON.stringify(answer)}`);
  }
  return answer;
}
