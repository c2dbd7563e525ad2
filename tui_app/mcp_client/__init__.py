"""MCP over a subprocess's pipes, both protocol eras. Knows no tickets."""
