"""Ports over AWS."""
