# The R peers on the inputs that `cargo bench --bench stats` wrote: one line per task. Base R only,
# written as vectors; the slope simulation is the form that PHEindicatormethods describes.
folder <- commandArgs(trailingOnly = TRUE)[1]
load <- function(name) { path <- file.path(folder, paste0(name, ".f64")); readBin(path, "double", file.size(path) / 8) }
say <- function(task, name, seconds, check) {
  cat(paste(task, name, format(seconds, digits = 9), format(check, digits = 15), sep = "\t"), "\n", sep = "")
}
best <- function(runs, work) {
  seconds <- Inf
  for (i in seq_len(runs)) { t <- system.time(result <- work(), gcFirst = FALSE)[["elapsed"]]; seconds <- min(seconds, t) }
  list(seconds = max(seconds, 5e-4), result = result)
}
version <- paste0("R ", R.version$major, ".", R.version$minor)
counts <- load("counts")
exact <- function(o) c(sum(qchisq(0.025, 2 * o) / 2), sum(qchisq(0.975, 2 * o + 2) / 2))
byar <- function(o) { z <- qnorm(0.975); n <- o + 1; c(sum(o * (1 - 1 / (9 * o) - z / (3 * sqrt(o)))^3), sum(n * (1 - 1 / (9 * n) + z / (3 * sqrt(n)))^3)) }
b <- best(3, function() { s <- counts < 10; sum(exact(counts[s]), byar(counts[!s])) })
say("1,000,000 intervals, exact below 10, Byar from 10", paste(version, "vectors"), b$seconds, b$result)
b <- best(1, function() sum(exact(counts)))
say("1,000,000 exact intervals, counts repeat", paste(version, "qchisq"), b$seconds, b$result)
distinct <- load("distinct")
b <- best(1, function() { s <- distinct < 10; sum(exact(distinct[s]), byar(distinct[!s])) })
say("1,000,000 intervals by the rule, no count twice", paste(version, "vectors"), b$seconds, b$result)
b <- best(1, function() sum(exact(distinct)))
say("1,000,000 exact intervals, no count twice", paste(version, "qchisq"), b$seconds, b$result)
n <- matrix(load("group_population"), 10); y <- matrix(load("group_value"), 10); s <- matrix(load("group_se"), 10)
slope <- function(j, repetitions) {
  p <- n[, j] / sum(n[, j]); b <- cumsum(p) - p / 2
  fit <- lm.wfit(cbind(1, b), y[, j], p)
  draws <- matrix(rnorm(10 * repetitions, y[, j], s[, j]), 10)
  w <- p * (b - 0.5) / sum(p * (b - 0.5)^2)
  quantile(w %*% draws, c(0.025, 0.975), names = FALSE)
  fit$coefficients[[2]]
}
b <- best(1, function() sum(vapply(1:153, slope, 0, 10000)))
say("153 slope indices, 10,000 simulations each", paste(version, "lm and matrices"), b$seconds, b$result)
closed <- function(j) {
  p <- n[, j] / sum(n[, j]); b <- cumsum(p) - p / 2
  w <- p * (b - 0.5) / sum(p * (b - 0.5)^2); e <- sqrt(sum((w * s[, j])^2)); v <- sum(w * y[, j]); v + c(0, -1, 1) * 1.96 * e
}
b <- best(5, function() sum(vapply(1:153, closed, c(0, 0, 0))[1, ]))
say("153 slope indices with intervals, closed form", paste(version, "vectors"), b$seconds, b$result)
g <- load("strata_group"); x <- load("strata_population"); r <- load("strata_rate")
b <- best(5, function() sum(rowsum(x * r, g)))
say("397,800 strata into 1,989 expected counts", paste(version, "rowsum"), b$seconds, b$result)
