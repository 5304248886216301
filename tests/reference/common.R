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

lh <- function(x) c(low = x[1], high = x[2])
vlh <- function(v, i) c(value = v, low = i[1], high = i[2])
byar <- function(o, l) {
  z <- qnorm((1 + l) / 2)
  up <- (o + 1) * (1 - 1 / (9 * (o + 1)) + z / (3 * sqrt(o + 1)))^3
  if (o == 0) return(c(0, up))
  c(o * max(0, 1 - 1 / (9 * o) - z / (3 * sqrt(o)))^3, up)
}
# Exact below 10 events, Byar from 10.
rule <- function(o, l) if (o < 10) poisson.test(o, conf.level = l)$conf.int[1:2] else byar(o, l)
