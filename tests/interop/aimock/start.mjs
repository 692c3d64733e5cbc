// Starts the server on a free port of this machine, says where, and ends when its standard input does.
// Run in the folder where the package is installed.

import { createRequire } from "node:module";
import { join } from "node:path";

const { LLMock } = createRequire(join(process.cwd(), "package.json"))("@copilotkit/aimock");

const mock = new LLMock({ host: "127.0.0.1", port: 0, chunkSize: 5 });
const on = (question, response, options) => mock.on({ userMessage: question }, response, options);
const whole = "Grüße aus dem Café: naïve 👋🏽 façade, all of it.";

on("hello", { content: whole, provider: "Somebody", usage: { prompt_tokens: 9, completion_tokens: 12, cost: 0.0021 } }, { openRouterProcessing: true });
on("think", { content: "done", reasoning: "hm, hm, hm, let me see" });
on("slowly", { content: whole }, { streamingProfile: { ttft: 30, tps: 500, jitter: 0.5 } });
on("length", { content: "too lo", finishReason: "length" });
on("nothing", { content: "", finishReason: "length" });
on("no credit", { error: { message: "Insufficient credits" }, status: 402, fallthrough: false });
on("wrong key", { error: { message: "No auth credentials found" }, status: 401, fallthrough: false });
on("flagged", { error: { message: "flagged", metadata: { reasons: ["violence"], flagged_input: "flagged" } }, status: 403, fallthrough: false });
on("too long", { error: { message: "This endpoint's maximum context length is 8192 tokens." }, status: 400, fallthrough: false });
on("come back in an hour", { error: { message: "Rate limit exceeded" }, status: 429, retryAfter: 3600 });
on("always overloaded", { error: { message: "Provider returned error" }, status: 529, fallthrough: false });
on("drops", { content: whole }, { chaos: { dropRate: 1 } });
on("disconnects", { content: whole }, { chaos: { disconnectRate: 1 } });
on("malformed", { content: whole }, { chaos: { malformedRate: 1 } });
// With a pause between the chunks, since one that is followed by the cut at once is lost with it.
on("cut", { content: whole }, { truncateAfterChunks: 3, latency: 5 });
on("never", { content: whole }, { latency: 3_600_000 });
mock.on({ model: "first/choice", userMessage: "route" }, { error: { message: "busy" }, status: 503 });
mock.on({ model: "second/choice", userMessage: "route" }, { content: "served by the second", provider: "Second" });

await mock.start();
console.log(mock.url);
process.stdin.resume();
process.stdin.on("end", () => process.exit(0));
