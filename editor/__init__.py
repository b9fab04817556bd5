"""The editor of lines and zones: one form, one script and one set of words for the centre and for the bench."""
