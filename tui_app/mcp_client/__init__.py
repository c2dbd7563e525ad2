"""MCP in both protocol eras: the protocol, and the transports that carry it. Knows no tickets."""
