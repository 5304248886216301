# Funnel limits, positions and overdispersion.
source("common.R")
ITER <- "R's root finder on R's distribution functions"
limits <- function(e, l) {
  t <- (1 - l) / 2
  low <- if (exp(-e) >= t) 0 else root(function(o) pgamma(e, o + 1, lower.tail = FALSE) - t, 0, e)
  c(low, root(function(o) pgamma(e, o) - t, e, 3 * e + 30)) / e
}
for (l in c(0.95, 0.998)) {
  for (e in c(0.5, 4, 20, 106.443, 2500)) {
    emit("funnel_ratio", list(e = e, level = l), lh(limits(e, l)), 1e-9, ITER)
    emit("funnel_rate", list(t = 0.002, n = e / 0.002, level = l), lh(0.002 * limits(e, l)), 1e-9, ITER)
  }
  for (o in c(1, 10, 684)) {
    i <- poisson.test(o, conf.level = l)$conf.int
    emit("funnel_count_curve", list(o = o, level = l),
         c(low_expected = i[2], low_ratio = o / i[2], high_expected = i[1], high_ratio = o / i[1]), 1e-10, "poisson.test")
  }
  for (tn in list(c(0.806, 3), c(0.2, 246), c(0.5, 1e5), c(0, 10))) {
    t <- tn[1]; n <- tn[2]; z <- qnorm((1 + l) / 2)
    # The proportions whose Wilson interval has the target on its edge, found by inversion.
    w <- function(p, side) suppressWarnings(prop.test(p * n, n, t0, conf.level = l, correct = FALSE)$conf.int[side]) - t
    t0 <- NULL
    low <- if (t == 0 || w(0, 2) > 0) 0 else root(function(p) w(p, 2), 0, t)
    high <- if (t == 0) 0 else if (w(1, 1) < 0) 1 else root(function(p) w(p, 1), t, 1)
    emit("funnel_proportion", list(t = t, n = n, level = l), lh(c(low, high)), 1e-8, "inverting prop.test's interval")
  }
}
for (oe in list(c(151, 106.443), c(8, 6.24), c(159, 232.93), c(62, 80), c(120, 100))) {
  p <- c(poisson.test(oe[1], oe[2], alternative = "greater")$p.value, poisson.test(oe[1], oe[2], alternative = "less")$p.value)
  place <- if (p[1] < 0.001) 2 else if (p[1] < 0.025) 1 else if (p[2] < 0.001) -2 else if (p[2] < 0.025) -1 else 0
  emit("funnel_position", list(o = oe[1], e = oe[2]), c(place = place), 0, "one-sided poisson.test")
}
for (xnt in list(c(35078, 41980, 0.80642448), c(30, 50, 0.45), c(200, 1000, 0.25), c(12, 40, 0.3), c(40, 40, 0.7))) {
  x <- xnt[1]; n <- xnt[2]; t <- xnt[3]
  p <- c(prop.test(x, n, t, alternative = "greater", correct = FALSE)$p.value, prop.test(x, n, t, alternative = "less", correct = FALSE)$p.value)
  place <- if (p[1] < 0.001) 2 else if (p[1] < 0.025) 1 else if (p[2] < 0.001) -2 else if (p[2] < 0.025) -1 else 0
  emit("funnel_position", list(x = x, n = n, t = t), c(place = place), 0, "one-sided prop.test")
}
o <- c(100, 150, 180, 80, 120, 225, 300, 95, 60, 410, 33, 77); e <- c(108, 112, 165, 95, 100, 220, 240, 130, 64, 380, 50, 61)
tau2 <- function(y, s, z) { # DerSimonian and Laird's estimator with the adjusted z in place of the raw
  w <- 1 / s^2; k <- length(z); max(0, (sum(z^2) - (k - 1)) / (sum(w) - sum(w^2) / sum(w)))
}
one <- function(scale, share, truncate = FALSE) {
  y <- switch(scale, root = sqrt(o / e), log = log(o / e), arcsine = asin(sqrt(o / (4 * e))), counts = log((o + .5) / (e + .5)))
  s <- switch(scale, root = 1 / (2 * sqrt(e)), log = 1 / sqrt(e), arcsine = 1 / (2 * sqrt(4 * e)), counts = sqrt(o / (o + .5)^2 + e / (e + .5)^2))
  t <- switch(scale, root = 1, log = 0, arcsine = asin(sqrt(sum(o) / sum(4 * e))), counts = log(sum(o) / sum(e)))
  z <- (y - t) / s; q <- quantile(z, c(share, 1 - share)); first <- z[1]
  if (truncate) {
    # As many at each end as the share of one more than the units, in whole units.
    out <- ceiling(share * (length(z) + 1)) - 1; keep <- rank(z) > out & rank(-z) > out; z <- z[keep]; y <- y[keep]; s1 <- s; s <- s[keep]
  } else { s1 <- s; z <- pmin(pmax(z, q[1]), q[2]) }
  t2 <- tau2(y, s, z)
  d <- switch(scale, arcsine = 4 * 100, 100); sd <- switch(scale, root = 1 / 20, log = 1 / 10, arcsine = 1 / 40, counts = { x <- exp(t) * 100; sqrt(x / (x + .5)^2 + 100 / 100.5^2) })
  back <- switch(scale, root = function(v) v^2, arcsine = function(v) sin(v)^2, exp)
  c(phi = mean(z^2), tau2 = t2, low = back(t - qnorm(.975) * sqrt(sd^2 + t2)), high = back(t + qnorm(.975) * sqrt(sd^2 + t2)),
    deviate = first * s1[1] / sqrt(s1[1]^2 + t2))
}
for (scale in c("root", "log", "arcsine", "counts")) for (share in c(0.05, 0.1, 0.2))
  emit("overdispersion", list(o = o, e = if (scale == "arcsine") 4 * e else e, scale = scale, winsorise = share, at = if (scale == "arcsine") 400 else 100),
       one(scale, share), 1e-10, "quantile and DerSimonian and Laird's moment")
for (scale in c("root", "log", "counts")) for (share in c(0.1, 0.15, 0.3))
  emit("overdispersion", list(o = o, e = e, scale = scale, truncate = share, at = 100), one(scale, share, TRUE), 1e-10, "rank from either end and DerSimonian and Laird's moment")
write_all()
