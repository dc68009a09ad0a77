"""Pilots: whom they reach, and when they grow or halt."""
