// A server built on the official Node.js SDK; NODE_PATH says where that is.
const { McpServer } = require("@modelcontextprotocol/sdk/server/mcp.js");
const { StdioServerTransport } = require("@modelcontextprotocol/sdk/server/stdio.js");
const { z } = require("zod");

const server = new McpServer({ name: "sdk-server", version: "1.0.0" }, { instructions: "For tests." });

server.registerTool(
  "search",
  {
    description: "Tickets that match.",
    inputSchema: { text: z.string(), limit: z.number().int().default(2) },
    outputSchema: { tickets: z.array(z.object({ id: z.string(), title: z.string(), status: z.string() })) },
  },
  async ({ text, limit }) => {
    const tickets = Array.from({ length: limit }, (_, n) => ({ id: `T-${n}`, title: text, status: "open" }));
    return { content: [{ type: "text", text: JSON.stringify({ tickets }) }], structuredContent: { tickets } };
  },
);

server.registerTool("fails", { description: "Always fails.", inputSchema: {} }, async () => {
  throw new Error("no such project");
});

server.registerTool("slow", { description: "Takes longer than anybody waits.", inputSchema: {} }, async () => {
  await new Promise((resolve) => setTimeout(resolve, 600_000).unref());
  return { content: [] };
});

server.connect(new StdioServerTransport());
