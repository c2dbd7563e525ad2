"""Ground floor: what a ticket is, what can be asked for, and how faults are told.

Nothing here does input or output, and nothing here imports another floor.
"""
