"""What reading a dropped file needs from outside: unpacking, workbooks, phone and mail rules."""
