// Reads attributes with the official Node.js SDK in sandbox mode.
// Input: {"baseUrl","token","method","request"}; method is getServiceAttributes, getBatchServiceAttributes or getGroupAttributes.
// Output: what the method returned, or {"error": message}
import { Signals } from '@snowplow/signals-node';
import { readInput } from './input.mjs';

const input = await readInput();
const signals = new Signals({ baseUrl: input.baseUrl, sandboxToken: input.token });
try {
  console.log(JSON.stringify(await signals[input.method](input.request)));
} catch (error) {
  console.log(JSON.stringify({ error: error.message }));
}
