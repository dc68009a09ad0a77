"""The approved letters: one document a template (`*.yaml`, English and Spanish), the frame around
them (`frame.yaml`, `layout.mjml.j2`), and under `compiled/` what the senders read.
"""
