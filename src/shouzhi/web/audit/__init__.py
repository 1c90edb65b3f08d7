"""The audit log: who did what, when, before and after, in a chain that shows every change."""
