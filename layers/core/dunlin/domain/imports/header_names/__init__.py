"""The names that vendors give the columns of a file, by field and trade.

Strong names mean one field; weak ones need the content to agree.
"""
