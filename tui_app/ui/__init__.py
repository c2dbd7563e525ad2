"""The user interface: Textual and nothing but. It holds a `TicketService` and never imports the worker."""
