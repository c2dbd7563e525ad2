// Loaded before a Node server whose tracker's address is built in: what is meant for it goes to $STAND_IN instead.
"use strict";
const reach = globalThis.fetch;
globalThis.fetch = (address, options) =>
  reach(String(address).replace("https://api.github.com", process.env.STAND_IN), options);
