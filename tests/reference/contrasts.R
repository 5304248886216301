# Two groups compared.
source("common.R")
LIB <- "R's own test or distribution"
FORMULA <- "the published formula, evaluated separately"
ITER <- "R's root finder on R's distribution functions"
mover <- function(v1, i1, v2, i2) {
  d <- v1 - v2
  vlh(d, c(d - sqrt((v1 - i1[1])^2 + (i2[2] - v2)^2), d + sqrt((i1[2] - v1)^2 + (v2 - i2[1])^2)))
}
for (l in c(0.9, 0.95, 0.998)) {
  z <- qnorm((1 + l) / 2)
  for (g in list(c(30, 1000, 20, 1200), c(3, 500, 12, 9000), c(412, 51234, 300, 60000), c(1, 100, 1, 100))) {
    o1 <- g[1]; n1 <- g[2]; o2 <- g[3]; n2 <- g[4]
    given <- list(o1 = o1, n1 = n1, o2 = o2, n2 = n2, level = l)
    r <- (o1 / n1) / (o2 / n2)
    emit("rate_ratio", given, vlh(r, r * exp(c(-1, 1) * z * sqrt(1 / o1 + 1 / o2))), 1e-12, FORMULA)
    emit("rate_ratio_exact", given, vlh(r, poisson.test(c(o1, o2), c(n1, n2), conf.level = l)$conf.int[1:2]), 1e-9, "poisson.test of two rates")
    mid <- function(p) {
      q <- root(function(q) pbinom(o1, o1 + o2, q, lower.tail = FALSE) + dbinom(o1, o1 + o2, q) / 2 - p, 1e-12, 1 - 1e-12)
      q / (1 - q) * n2 / n1
    }
    emit("rate_ratio_mid_p", given, vlh(mid(0.5), c(mid((1 - l) / 2), mid((1 + l) / 2))), 1e-8, ITER)
    emit("rate_difference", given, mover(o1 / n1, rule(o1, l) / n1, o2 / n2, rule(o2, l) / n2), 1e-9, FORMULA)
    d <- o1 / n1 - o2 / n2
    emit("rate_difference_wald", given, vlh(d, d + c(-1, 1) * z * sqrt(o1 / n1^2 + o2 / n2^2)), 1e-11, FORMULA)
    w <- function(x, n) prop.test(x, n, conf.level = l, correct = FALSE)$conf.int[1:2]
    emit("risk_ratio", list(x1 = o1, n1 = n1, x2 = o2, n2 = n2, level = l),
         vlh(r, r * exp(c(-1, 1) * z * sqrt(1 / o1 - 1 / n1 + 1 / o2 - 1 / n2))), 1e-12, FORMULA)
    emit("risk_difference", list(x1 = o1, n1 = n1, x2 = o2, n2 = n2, level = l),
         mover(o1 / n1, w(o1, n1), o2 / n2, w(o2, n2)), 1e-9, "prop.test limits, combined")
  }
  # The p-value of equal rates, and of the interval's own limit, which is 1 - level.
  if (l == 0.95) for (g in list(c(30, 1000, 20, 1200), c(3, 500, 12, 9000), c(412, 51234, 300, 60000), c(1, 100, 1, 100), c(0, 900, 6, 1000), c(5, 10, 0, 70), c(0, 5, 0, 9))) for (null in c(1, 0.5, 3)) {
    q <- null * g[2] / (null * g[2] + g[4]); n <- g[1] + g[3]
    one <- function(side) binom.test(g[1], n, q, alternative = side)$p.value
    p <- if (n == 0) c(less = 1, greater = 1) else c(less = one("less"), greater = one("greater"))
    emit("rate_ratio_exact_test", list(o1 = g[1], n1 = g[2], o2 = g[3], n2 = g[4], null = null), c(p, two_sided = min(1, 2 * min(p))), 1e-9, "binom.test on each side")
  }
  if (l == 0.95) for (g in list(c(30, 1000, 20, 1200), c(3, 500, 12, 9000), c(412, 51234, 300, 60000))) for (limit in poisson.test(g[c(1, 3)], g[c(2, 4)])$conf.int[1:2])
    emit("rate_ratio_exact_test", list(o1 = g[1], n1 = g[2], o2 = g[3], n2 = g[4], null = limit), c(two_sided = 0.05), 1e-6, "the ends of poisson.test's interval, where p is 1 - level")
  # A group without events: exact limits only.
  emit("rate_ratio_exact", list(o1 = 0, n1 = 1000, o2 = 4, n2 = 1000, level = l),
       vlh(0, c(0, poisson.test(c(0, 4), c(1000, 1000), conf.level = l)$conf.int[2])), 1e-9, "poisson.test of two rates")
  zero <- poisson.test(0, conf.level = l)$conf.int[1:2]
  emit("rate_difference", list(o1 = 0, n1 = 1000, o2 = 4, n2 = 1000, level = l),
       mover(0, zero / 1000, 0.004, rule(4, l) / 1000), 1e-9, FORMULA)
  for (t in list(c(12, 40, 5, 50), c(60, 40, 5, 400), c(3, 200, 30, 50), c(0, 9, 4, 20))) {
    a <- t[1]; b <- t[2]; c <- t[3]; d <- t[4]
    given <- list(a = a, b = b, c = c, d = d, level = l)
    s <- max(0, a + c - (c + d)):min(a + b, a + c)
    base <- dhyper(s, a + b, c + d, a + c, log = TRUE)
    p <- function(lor) { w <- exp(base + s * lor - max(base + s * lor)); w / sum(w) }
    solve <- function(f) exp(root(f, -60, 60))
    above <- function(lor, half) sum(p(lor)[s > a]) + half * p(lor)[s == a]
    below <- function(lor, half) sum(p(lor)[s < a]) + half * p(lor)[s == a]
    tail <- (1 - l) / 2
    both <- function(value, half) if (a == 0) {
      vlh(0, base::c(0, solve(function(x) below(x, half) - tail)))
    } else {
      vlh(value(), base::c(solve(function(x) above(x, half) - tail), solve(function(x) below(x, half) - tail)))
    }
    emit("odds_ratio_exact", given, both(function() solve(function(x) sum(p(x) * s) - a), 1), 1e-9, ITER)
    emit("odds_ratio_mid_p", given, both(function() solve(function(x) above(x, 0.5) - 0.5), 0.5), 1e-9, ITER)
    if (a > 0) {
      fit <- glm(cbind(base::c(a, c), base::c(b, d)) ~ base::c(1, 0), family = binomial, control = glm.control(epsilon = 1e-15, maxit = 200))
      k <- coef(summary(fit))[2, ]
      emit("odds_ratio", given, vlh(exp(k[[1]]), exp(k[[1]] + base::c(-1, 1) * z * k[[2]])), 1e-8, "a saturated logistic glm and its Wald interval")
    }
  }
  y1 <- 60; s1 <- 14; y2 <- 20; s2 <- 5
  given <- list(y1 = y1, s1 = s1, y2 = y2, s2 = s2, level = l)
  emit("group_difference", given, vlh(40, 40 + base::c(-1, 1) * z * sqrt(s1^2 + s2^2)), 1e-12, FORMULA)
  emit("group_ratio", given, vlh(3, 3 * exp(base::c(-1, 1) * z * sqrt((s1 / y1)^2 + (s2 / y2)^2))), 1e-12, FORMULA)
}
emit("disproportionality", list(group = 30, total = 100, group_population = 2000, population = 10000),
     c(system = 0.3, population = 0.2, ratio = 1.5), 1e-12, "by hand")
write_all()
