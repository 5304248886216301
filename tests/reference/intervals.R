# Intervals of a count, a rate, a proportion and a mean.
source("common.R")
levels <- c(0.9, 0.95, 0.998)
LIB <- "R's own quantile function or test, accurate to about 1e-12"
FORMULA <- "the published formula, evaluated separately"
ITER <- "R's root finder on R's distribution functions"


for (l in levels) {
  # Where shapes pass from iteration to the expansion, and whole and fractional counts on both sides.
  for (o in c(48, 83.5, 90, 250, 684.25, 2e7)) {
    emit("exact_poisson", list(o = o, level = l), lh(c(qgamma((1 - l) / 2, o), qgamma((1 - l) / 2, o + 1, lower.tail = FALSE))), 1e-10, LIB)
  }
  for (o in c(0, 1, 3, 7, 10, 65, 1000, 123456)) {
    emit("exact_poisson", list(o = o, level = l), lh(poisson.test(o, conf.level = l)$conf.int[1:2]), 1e-10, LIB)
    emit("byar", list(o = o, level = l), lh(byar(o, l)), 1e-12, FORMULA)
    emit("poisson_count_interval", list(o = o, level = l), lh(rule(o, l)), 1e-10, LIB)
    emit("wald_poisson", list(o = o, level = l), lh(o + c(-1, 1) * qnorm((1 + l) / 2) * sqrt(o)), 1e-12, FORMULA)
    h <- o + 0.5
    z <- qnorm((1 + l) / 2)
    emit("byar_mid_p", list(o = o, level = l),
         lh(h * pmax(0, 1 - 1 / (9 * h) + c(-1, 1) * z / (3 * sqrt(h)))^3), if (o == 0) 1e-10 else 1e-12,
         if (o == 0) "the formula; its bracket is near 0, which leaves ten digits" else FORMULA)
  }
  for (o in c(0, 1, 3, 10, 65, 400)) {
    t <- (1 - l) / 2
    low <- if (o == 0) 0 else root(function(m) ppois(o, m, lower.tail = FALSE) + dpois(o, m) / 2 - t, 1e-9, o + 1)
    high <- root(function(m) ppois(o - 1, m) + dpois(o, m) / 2 - t, max(o, 1e-9), 3 * o + 30)
    emit("mid_p_poisson", list(o = o, level = l), c(low = low, high = high), 1e-9, ITER)
  }
  # A fractional count: the gamma form of the exact limits.
  emit("exact_poisson", list(o = 4.4, level = l),
       lh(c(qgamma((1 - l) / 2, 4.4), qgamma((1 + l) / 2, 5.4))), 1e-10, LIB)
  for (o in c(0, 5, 250)) {
    emit("crude_rate", list(o = o, n = 12345, level = l), c(value = o / 12345, lh(rule(o, l) / 12345)), 1e-10, LIB)
  }
  f <- 1:4; p <- c(75, 16, 4, 2); o <- sum(f * p); v <- sum(f^2 * p) / o
  emit("crude_rate_non_independent", list(events = f, persons = p, n = 9000, level = l),
       c(value = o / 9000, lh((o + sqrt(v) * (byar(o, l) - o)) / 9000)), 1e-12, FORMULA)
  for (xn in list(c(0, 10), c(1, 10), c(65, 100), c(1045, 5000), c(100, 100), c(7, 1e6))) {
    x <- xn[1]; n <- xn[2]
    w <- prop.test(x, n, conf.level = l, correct = FALSE)$conf.int[1:2]
    emit("wilson", list(x = x, n = n, level = l), lh(w), 1e-10, "prop.test without continuity correction")
    emit("clopper_pearson", list(x = x, n = n, level = l), lh(binom.test(x, n, conf.level = l)$conf.int[1:2]), 1e-10, LIB)
    q <- x / n
    emit("wald_proportion", list(x = x, n = n, level = l),
         lh(q + c(-1, 1) * qnorm((1 + l) / 2) * sqrt(q * (1 - q) / n)), 1e-12, FORMULA)
  }
  x <- 65; n <- 100
  for (N in c(150, 400, 1e6)) {
    # Wilson's limits are the roots of the score equation, here with the effective sample size.
    m <- n * (N - 1) / (N - n); z <- qnorm((1 + l) / 2); q <- x / n
    score <- function(p) (q - p)^2 * m - z^2 * p * (1 - p)
    emit("wilson_finite_population", list(x = x, n = n, population = N, level = l),
         c(low = root(score, 1e-9, q), high = root(score, q, 1 - 1e-9)), 1e-9, ITER)
  }
  for (w in list(c(1, 1, 2, 2, 3, 0.5, 0.5, 4), rep(1, 100), c(0.2, 5, 1, 1, 1))) {
    # The score equation with the effective number of answers; every other one is of those who gave the answer.
    part <- sum(w[seq(1, length(w), 2)]); whole <- sum(w); m <- whole^2 / sum(w^2); z <- qnorm((1 + l) / 2); q <- part / whole
    score <- function(p) (q - p)^2 * m - z^2 * p * (1 - p)
    emit("wilson_weighted", list(part = part, whole = whole, squares = sum(w^2), level = l),
         c(low = root(score, 1e-9, q), high = root(score, q, 1 - 1e-9)), 1e-9, ITER)
  }
  for (y in list(c(33.09375, 48.38596, 64.83495, 67.98475), c(1, 2), c(5.1, 4.9, 5.0, 5.2, 4.8, 5.3, 5.0))) {
    t <- t.test(y, conf.level = l)
    emit("mean_interval", list(y = y, level = l), c(value = mean(y), lh(t$conf.int[1:2]), median = median(y)), 1e-10, "t.test and median")
  }
}
write_all()
