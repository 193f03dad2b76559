"""Diagnoses written down for others: JSON and Markdown."""
