"""What a check found, shown to people: on a terminal, as a web page, a workbook, a marked PDF.

All of them show the same plain data, made by `view`, which goes between processes and
into the cache.  `picture` draws the rows of PDF pages; `excerpt` lays the offending rows out.
"""
