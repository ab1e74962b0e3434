"""Accounts, organisations, roles in a programme, programmes with their settings and cycles."""
