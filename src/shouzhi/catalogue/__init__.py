"""The catalogue: classifications, lexicon and forms as dated, cited data, and what reads them."""
