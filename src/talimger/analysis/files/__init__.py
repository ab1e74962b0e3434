"""Files of ratings in, results out: millions of lines in one pass, mistakes with their lines, outputs whole or not at all."""
