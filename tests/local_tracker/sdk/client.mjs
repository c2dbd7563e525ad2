// Asks the embedded tracker through the official TypeScript SDK, and prints what it answered as JSON.
// node client.mjs PACKAGES INTERPRETER DATABASE: PACKAGES is the folder that the SDK is installed in.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [packages, interpreter, database] = process.argv.slice(2);
const require = createRequire(packages + "/");

async function load(name) {
  return import(pathToFileURL(require.resolve(name)).href);
}

let sdk;
try {
  sdk = { ...(await load("@modelcontextprotocol/client")), ...(await load("@modelcontextprotocol/client/stdio")) };
} catch {
  sdk = {
    ...(await load("@modelcontextprotocol/sdk/client/index.js")),
    ...(await load("@modelcontextprotocol/sdk/client/stdio.js")),
  };
}

const transport = new sdk.StdioClientTransport({
  command: interpreter,
  args: ["-m", "tui_app.local_tracker", database],
  env: process.env,
});
const client = new sdk.Client({ name: "test", version: "1" }, { versionNegotiation: { mode: "auto" } });
await client.connect(transport);

const call = (name, args) => client.callTool({ name, arguments: args });
const tools = await client.listTools();
const found = await call("search_tickets", { text: "printer", max_results: 3 });
const opened = await call("get_ticket", { id: found.structuredContent.tickets[0].id });
const values = await call("list_values", {});
const refused = await call("search_tickets", { max_results: 0 });
console.log(
  JSON.stringify({
    protocol: client.getNegotiatedProtocolVersion?.() ?? client.getServerVersion().name,
    tools: tools.tools.map((tool) => tool.name),
    page: found.structuredContent,
    same_text: JSON.stringify(JSON.parse(found.content[0].text)) === JSON.stringify(found.structuredContent),
    opened: opened.structuredContent,
    values: values.structuredContent,
    refusal: refused.content[0].text,
  }),
);
await client.close();
