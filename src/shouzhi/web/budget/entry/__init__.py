"""Entry in the browser: the grid of a sheet, and a whole submission by the Excel workbook."""
