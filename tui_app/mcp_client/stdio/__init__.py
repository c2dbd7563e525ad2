"""Servers that are programs: started as subprocesses, talked to over their standard input and output."""
