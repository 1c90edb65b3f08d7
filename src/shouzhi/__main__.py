"""`python -m shouzhi` is the same as the command `shouzhi`."""

from shouzhi.cli import main

if __name__ == "__main__":
    main(prog_name="shouzhi")
