# Direct and indirect standardisation, collapsing, decomposition.
source("common.R")
FORMULA <- "matrix algebra on the published formula"
LIB <- "R's own quantile function or test"
x <- c(45, 201, 320, 12, 0); n <- c(906.9, 3794.6, 10003.5, 300, 50); w <- c(2690.9, 10859.7, 25662.3, 900, 100)
X <- c(141, 926, 1253, 60, 10); N <- c(1784.0, 7065.1, 15658.7, 800, 400)
for (l in c(0.9, 0.95, 0.998)) {
  # The variance as that of a contrast of independent Poisson counts.
  k <- w / sum(w) / n; V <- diag(x); rate <- drop(k %*% x); var <- drop(t(k) %*% V %*% k); o <- sum(x)
  given <- list(x = x, n = n, w = w, level = l)
  emit("direct_rate", given, c(vlh(rate, rate + sqrt(var / o) * (byar(o, l) - o)), left_out = 0), 1e-11, FORMULA)
  # A stratum without population: the others' weights stand in for it.
  n0 <- n; n0[5] <- 0; u <- n0 > 0
  k0 <- w[u] / sum(w[u]) / n0[u]; r0 <- sum(k0 * x[u]); v0 <- sum(k0^2 * x[u])
  emit("direct_rate", list(x = x, n = n0, w = w, level = l),
       c(vlh(r0, r0 + sqrt(v0 / o) * (byar(o, l) - o)), left_out = w[5] / sum(w)), 1e-11, FORMULA)
  m <- max(k)
  emit("direct_rate_gamma", given,
       vlh(rate, c(qgamma((1 - l) / 2, rate^2 / var, scale = var / rate),
                   qgamma((1 + l) / 2, (rate + m)^2 / (var + m^2), scale = (var + m^2) / (rate + m)))), 1e-9, LIB)
  f1 <- c(30, 150, 250, 8, 0); f2 <- c(6, 21, 26, 2, 0); f3 <- c(1, 3, 6, 0, 0)
  e <- f1 + 2 * f2 + 3 * f3; r <- sum(k * e); v <- sum(k^2 * f1) + 4 * sum(k^2 * f2) + 9 * sum(k^2 * f3); O <- sum(e)
  emit("direct_rate_non_independent", list(f1 = f1, f2 = f2, f3 = f3, n = n, w = w, level = l),
       vlh(r, r + sqrt(v / O) * (byar(O, l) - O)), 1e-11, FORMULA)
  E <- drop(crossprod(n, X / N))
  for (obs in c(0, 7, 578)) {
    emit("indirect_ratio", list(o = obs, e = E, level = l), vlh(obs / E, rule(obs, l) / E), 1e-10, LIB)
    emit("indirect_rate", list(o = obs, e = E, r = 0.1, level = l), vlh(obs / E * 0.1, rule(obs, l) / E * 0.1), 1e-10, LIB)
    if (obs > 0) {
      fit <- glm(obs ~ offset(log(E)), family = poisson, control = glm.control(epsilon = 1e-15, maxit = 200))
      b <- coef(summary(fit))[1, ]
      emit("indirect_ratio_log_normal", list(o = obs, e = E, level = l),
           vlh(exp(b[[1]]), exp(b[[1]] + c(-1, 1) * qnorm((1 + l) / 2) * b[[2]])), 1e-8, "a Poisson glm with an offset")
    }
  }
  # Kitagawa's two parts by averaging the two orders of replacing one population by the other.
  o1 <- c(120, 45, 60, 7); n1 <- c(4000, 2500, 900, 100); o2 <- c(90, 80, 30, 0); n2 <- c(6000, 6500, 500, 0)
  parts <- function(o1, o2) {
    c1 <- n1 / sum(n1); c2 <- n2 / sum(n2); r1 <- o1 / n1; r2 <- ifelse(n2 > 0, o2 / n2, r1)
    T <- function(c, r) sum(c * r)
    c((T(c1, r1) - T(c2, r1) + T(c1, r2) - T(c2, r2)) / 2, (T(c1, r1) - T(c1, r2) + T(c2, r1) - T(c2, r2)) / 2)
  }
  p <- parts(o1, o2)
  slope <- function(i, first) { # exact: the parts are linear in the counts
    d1 <- o1; d2 <- o2
    if (first) d1[i] <- d1[i] + 1 else d2[i] <- d2[i] + 1
    parts(d1, d2) - p
  }
  v <- rowSums(sapply(1:4, function(i) slope(i, TRUE)^2 * o1[i])) + rowSums(sapply(1:4, function(i) slope(i, FALSE)^2 * o2[i] * (n2[i] > 0)))
  z <- qnorm((1 + l) / 2); d <- sum(o1) / sum(n1) - sum(o2) / sum(n2)
  dv <- sum(o1) / sum(n1)^2 + sum(o2) / sum(n2)^2
  emit("decompose_difference", list(o1 = o1, n1 = n1, o2 = o2, n2 = n2, level = l),
       c(difference = d, difference_low = d - z * sqrt(dv), composition = p[1], composition_low = p[1] - z * sqrt(v[1]),
         rate = p[2], rate_high = p[2] + z * sqrt(v[2])), 1e-9, "replacing one population by the other, and counting up one event at a time")
}
emit("expected_count", list(n = n, X = X, N = N), c(value = drop(crossprod(n, X / N))), 1e-12, FORMULA)
emit("expected_count", list(n = c(5, 0), X = c(2, 0), N = c(10, 0)), c(value = 1), 1e-12, "by hand: an empty stratum adds nothing")
g <- c(2, 0, 1, 0, 2)
emit("expected_by_group", list(g = g, n = n, r = X / N), setNames(as.vector(rowsum(n * X / N, g)), c("0", "1", "2")), 1e-12, "rowsum")
# Cells in two kinships; pooled by hand with tapply.
ct <- c(100, 12, 13, 5, 3, 40); pop <- c(1000, 200, 300, 90, 80, 900); near <- c(1, 1, 1, 2, 2, 2)
emit("collapse_reference", list(count = ct, population = pop, near = near, minimum = 20),
     setNames(c(100 / 1000, 25 / 500, 25 / 500, (8 + 25) / (170 + 500), (8 + 25) / (170 + 500), 40 / 900)[c(1, 4, 4, 4, 4, 6)],
              paste0("rate", 1:6)), 1e-12,
     "by hand: cells 4 and 5 are thin even together (8 events) and join the pool with the fewest events (cells 2 and 3)")
# Wilson's limits of the effective sample, by prop.test; variances by matrices.
for (l in c(0.9, 0.95, 0.998)) for (k in list(
  list(x = c(12, 8), n = c(20, 40), w = c(0.2, 0.8)), list(x = c(3, 1, 9), n = c(6, 14, 20), w = c(0.15, 0.35, 0.5)),
  list(x = c(0, 5, 30), n = c(10, 10, 31), w = c(0.5, 0.25, 0.25)), list(x = c(0, 0), n = c(6, 4), w = c(0.1, 0.9)),
  list(x = c(30, 5), n = c(30, 5), w = c(0.1, 0.9)), list(x = c(0, 10), n = c(10, 10), w = c(0.5, 0.5)),
  list(x = c(3, 1), n = c(6, 14), w = c(0.3, 0.7)))) {
  p <- weighted.mean(k$x / k$n, k$w); q <- k$x / k$n
  V <- drop(t(k$w) %*% diag(q * (1 - q) / k$n) %*% k$w); most <- 1 / drop(t(k$w) %*% diag(1 / k$n) %*% k$w)
  size <- if (V > 0) min(p * (1 - p) / V, most) else most
  limits <- suppressWarnings(prop.test(p * size, size, conf.level = l, correct = FALSE)$conf.int[1:2])
  emit("direct_proportion", c(k, level = l), vlh(p, limits), 1e-10,
       "prop.test without continuity correction of the effective sample, variances by matrices")
}
write_all()
