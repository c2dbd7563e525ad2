"""The browse screen: search line, table, ticket, status; it routes, and shows nothing by itself."""
