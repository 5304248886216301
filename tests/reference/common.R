# Writes one table of reference figures per method. Sourced by the scripts beside it; run one with
#   Rscript intervals.R
# from this folder. Base R only: the figures come from R's own distributions, tests and model
# fits, not from any package that shares our formulas.

tables <- list()
script <- sub("^--file=", "", grep("^--file=", commandArgs(), value = TRUE))

num <- function(x) format(x, digits = 17, trim = TRUE, scientific = NA)
arg <- function(x) {
  if (is.character(x)) return(paste(x, collapse = "|"))
  paste(vapply(x, num, ""), collapse = "|")
}

# inputs: a named list; outputs: a named vector; tol: relative (or absolute where the figure is 0)
emit <- function(method, inputs, outputs, tol, why) {
  given <- paste(names(inputs), vapply(inputs, arg, ""), sep = "=", collapse = ";")
  rows <- data.frame(inputs = given, output = names(outputs), expected = vapply(outputs, num, ""),
                     tolerance = format(tol), reason = why)
  tables[[method]] <<- rbind(tables[[method]], rows)
}

write_all <- function() {
  for (method in names(tables)) {
    path <- file(paste0(method, ".csv"), "w")
    writeLines(paste0("# written by tests/reference/", basename(script), " with ", R.version.string), path)
    write.csv(tables[[method]], path, row.names = FALSE, quote = TRUE)
    close(path)
  }
  cat(basename(script), length(tables), "methods\n")
}

root <- function(f, low, high) uniroot(f, c(low, high), tol = 1e-15, maxiter = 10000)$root
