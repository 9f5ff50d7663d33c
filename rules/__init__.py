"""The judgement: zones, the ledger of stays and the three rules. Pure: no clock, no I/O, no threads."""
