// A server over HTTP built on the official TypeScript SDK, 1.x or 2.x: http_server.cjs 1|2 stateful|stateless|modern json|sse
// NODE_PATH says where the SDK is. Prints its port.
const http = require("node:http");
const { randomUUID } = require("node:crypto");
const { z } = require("zod");

const [version, state, form] = process.argv.slice(2);
const sdk = version === "2" ? require("@modelcontextprotocol/server") : require("@modelcontextprotocol/sdk/server/mcp.js");

function made() {
  const server = new sdk.McpServer({ name: "sdk-server", version: "1.0.0" }, { instructions: "For tests." });
  const shape = (fields) => (version === "2" ? z.object(fields) : fields);
  const ticket = z.object({ id: z.string(), title: z.string(), status: z.string() });
  server.registerTool(
    "search",
    {
      description: "Tickets that match.",
      inputSchema: shape({ text: z.string(), limit: z.number().int().default(2) }),
      outputSchema: shape({ tickets: z.array(ticket) }),
    },
    async ({ text, limit }) => {
      const tickets = Array.from({ length: limit }, (_, n) => ({ id: `T-${n}`, title: text, status: "open" }));
      return { content: [{ type: "text", text: JSON.stringify({ tickets }) }], structuredContent: { tickets } };
    },
  );
  server.registerTool("fails", { description: "Always fails.", inputSchema: shape({}) }, async () => {
    throw new Error("no such project");
  });
  server.registerTool("slow", { description: "Takes longer than anybody waits.", inputSchema: shape({}) }, async () => {
    await new Promise((resolve) => setTimeout(resolve, 600_000).unref());
    return { content: [] };
  });
  return server;
}

function handlerOfVersion1() {
  const { StreamableHTTPServerTransport } = require("@modelcontextprotocol/sdk/server/streamableHttp.js");
  const sessions = {};
  return async (request, response) => {
    const id = request.headers["mcp-session-id"];
    let transport = sessions[id];
    if (id && !transport) {
      response.writeHead(404).end();
      return;
    }
    if (!transport) {
      transport = new StreamableHTTPServerTransport({
        sessionIdGenerator: state === "stateful" ? () => randomUUID() : undefined,
        enableJsonResponse: form === "json",
        onsessioninitialized: (id) => (sessions[id] = transport),
      });
      await made().connect(transport);
    }
    await transport.handleRequest(request, response);
  };
}

function handlerOfVersion2() {
  const { toNodeHandler } = require("@modelcontextprotocol/node");
  const legacy = state === "modern" ? { legacy: "reject" } : {};
  return toNodeHandler(sdk.createMcpHandler(made, { responseMode: form, ...legacy }));
}

const handler = version === "2" ? handlerOfVersion2() : handlerOfVersion1();
const server = http.createServer((request, response) => handler(request, response));
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
