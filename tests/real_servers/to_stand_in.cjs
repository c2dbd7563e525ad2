// Loaded before a Node server that has its tracker's address built in: what is meant for $TRACKER goes to $STAND_IN.
"use strict";
const reach = globalThis.fetch;
globalThis.fetch = (address, options) =>
  reach(String(address).replace(process.env.TRACKER, process.env.STAND_IN), options);
