"""OAuth 2.1 as MCP uses it: which addresses to ask, what to send, how to read and check the answers.

All but `redirect` are pure functions: nothing is sent or stored. Sections named are those of MCP's authorization pages
(2026-07-28) and of RFCs.
"""
