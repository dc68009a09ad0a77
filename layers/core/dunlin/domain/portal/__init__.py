"""The portal's pages as data, and what people type and upload."""
