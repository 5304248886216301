# Gradients, concentration, impact and spread over groups.
source("common.R")
NUM <- "R's model fit; the variance by numerical derivatives of the refitted model"
FIT <- "R's own model fit"
FORMULA <- "matrix algebra on the published formula"
tight <- glm.control(epsilon = 1e-15, maxit = 500)
sets <- list(
  deciles = list(n = c(1000, 1200, 1100, 900, 800, 950, 1010, 1300, 700, 640),
                 o = c(60, 66, 52, 41, 30, 33, 29, 35, 15, 11)),
  five = list(n = c(780, 910, 1620, 1030, 1050), o = c(156, 273, 648, 515, 630)),
  three = list(n = c(50, 500, 5000), o = c(9, 40, 330)))
# Standard errors of groups, from counts and from limits of intervals that R gives.
for (l in c(0.95, 0.998)) for (xn in list(c(36, 100), c(780, 1400), c(3, 60))) {
  x <- xn[1]; n <- xn[2]; z <- qnorm((1 + l) / 2); given <- list(n = n, level = l)
  from <- function(how, value, limits, se) emit("slope_index", c(list(from = how, value = value, low = limits[1], high = limits[2]), given), c(se = se), 1e-8, FIT)
  q <- glm(cbind(x, n - x) ~ 1, family = binomial, control = tight); s <- sqrt(vcov(q)[1]); r <- x / n
  from("logit", r, plogis(coef(q)[[1]] + c(-1, 1) * z * s), s * r * (1 - r))
  q <- glm(x ~ offset(log(n)), family = poisson, control = tight); s <- sqrt(vcov(q)[1])
  from("log", r, exp(coef(q)[[1]] + c(-1, 1) * z * s), s * r)
  q <- glm(x ~ 0 + n, family = poisson(identity), start = r, control = tight); s <- sqrt(vcov(q)[1])
  from("limits", r, r + c(-1, 1) * z * s, s)
  emit("slope_index", c(list(from = "count", x = x), given), c(se = s), 1e-8, FIT)
  ones <- rep(1:0, c(x, n - x)); se <- sqrt(var(ones) * (n - 1) / n) / sqrt(n)
  emit("slope_index", c(list(from = "proportion", x = x), given), c(se = se), 1e-12, "var of ones and noughts")
}
# At a bound: what the half-width of the exact (Poisson) and of Wilson's interval is in standard errors.
for (n in c(40, 5000)) {
  emit("slope_index", list(from = "count", x = 0, n = n, level = 0.95), c(se = diff(poisson.test(0)$conf.int[1:2]) / 2 / qnorm(0.975) / n), 1e-9, "poisson.test")
  for (x in c(0, n)) emit("slope_index", list(from = "proportion", x = x, n = n, level = 0.95),
    c(se = diff(prop.test(x, n, correct = FALSE)$conf.int[1:2]) / 2 / qnorm(0.975)), 1e-9, "prop.test")
}
# Central differences of a function of the groups' values.
gradient <- function(f, y, h) sapply(seq_along(y), function(i) { e <- h * (seq_along(y) == i); (f(y + e) - f(y - e)) / (2 * h) })
for (set in sets) for (l in c(0.95, 0.998)) {
  n <- set$n; o <- set$o; y <- o / n; se <- sqrt(o) / n; k <- length(n); z <- qnorm((1 + l) / 2)
  p <- n / sum(n); b <- cumsum(p) - p / 2; mu <- sum(p * y)
  given <- list(n = n, o = o, level = l)
  for (scale in c("identity", "log", "logit")) {
    g <- switch(scale, identity = identity, log = log, logit = qlogis)
    G <- switch(scale, identity = identity, log = exp, logit = plogis)
    ends <- function(v) { f <- lm(g(v) ~ b, weights = n); unname(G(predict(f, data.frame(b = 0:1)))) }
    slope <- function(v) diff(ends(v)); lr <- function(v) diff(log(ends(v)))
    # The ratio of two ends: where the ends less a ratio of them lie z errors from 0, or on the logarithm.
    ratio <- function(name, ends, v2) {
      e <- ends(y); r <- e[2] / e[1]; lim <- r * exp(c(-1, 1) * z * v2)
      if (scale == "identity") {
        far <- function(q) { f <- function(v) sum(ends(v) * c(-q, 1)); f(y) / sqrt(sum((gradient(f, y, 1e-6) * se)^2)) }
        lim <- c(if (far(0) > z) root(function(q) far(q) - z, 0, r) else 0,
                 if (-far(1e9) > z) root(function(q) far(q) + z, r, 1e4) else NA)
      }
      out <- setNames(c(r, lim), paste0(name, c("", "_low", "_high"))); out[!is.na(out)]
    }
    v1 <- sqrt(sum((gradient(slope, y, 1e-6) * se)^2)); v2 <- sqrt(sum((gradient(lr, y, 1e-6) * se)^2))
    out <- c(slope = slope(y), slope_low = slope(y) - z * v1, slope_high = slope(y) + z * v1,
             ratio("relative", ends, v2), intercept = ends(y)[1])
    # The same groups from the other end: everything fitted again.
    back <- function(v) { q <- rev(p); c <- cumsum(q) - q / 2; f <- lm(g(rev(v)) ~ c, weights = rev(n)); unname(G(predict(f, data.frame(c = 0:1)))) }
    other <- function(v) diff(back(v)); w1 <- sqrt(sum((gradient(other, y, 1e-6) * se)^2))
    lq <- function(v) diff(log(back(v))); w2 <- sqrt(sum((gradient(lq, y, 1e-6) * se)^2))
    out <- c(out, reversed_slope = other(y), reversed_slope_low = other(y) - z * w1, reversed_slope_high = other(y) + z * w1,
             ratio("reversed_relative", back, w2), reversed_intercept = back(y)[1])
    emit("slope_index", c(given, scale = scale), out, 1e-7, NUM)
    if (scale == "identity" && l == 0.95) {
      emit("slope_index_simulated", given, x <- c(slope = slope(y), slope_low = slope(y) - z * v1, slope_high = slope(y) + z * v1), 0.06 * v1 / abs(x),
           "the normal limit of the simulation; a limit from 20,000 draws has an error of 2% of the standard error")
    }
  }
  f <- lm(y ~ b, weights = n); i <- confint(f, level = l)[2, ]
  emit("slope_index_linear", given, c(slope = coef(f)[[2]], slope_low = i[[1]], slope_high = i[[2]], relative = coef(f)[[2]] / mu), 1e-9, "lm and confint")
  q <- glm(y ~ b, weights = n, family = quasibinomial, control = tight)
  X <- model.matrix(q); m <- fitted(q); bread <- solve(t(X) %*% (n * m * (1 - m) * X))
  V <- bread %*% (t(X) %*% ((n * (y - m))^2 * X)) %*% bread * k / (k - 2)
  e <- plogis(c(coef(q)[1], sum(coef(q)))); h <- e * (1 - e); gs <- c(h[2] - h[1], h[2]); gr <- c(h[2] / e[2] - h[1] / e[1], h[2] / e[2])
  s1 <- sqrt(drop(gs %*% V %*% gs)); s2 <- sqrt(drop(gr %*% V %*% gr))
  emit("slope_index_quasi_binomial", given,
       c(slope = diff(e)[[1]], slope_low = diff(e)[[1]] - z * s1, slope_high = diff(e)[[1]] + z * s1,
         relative = e[[2]] / e[[1]], relative_low = e[[2]] / e[[1]] * exp(-z * s2), relative_high = e[[2]] / e[[1]] * exp(z * s2)), 1e-7, "glm, and the sandwich by matrices")
  q <- glm(o ~ b + offset(log(n)), family = poisson, control = tight)
  phi <- max(1, sum(residuals(q, type = "pearson")^2) / (k - 2)); V <- vcov(q) * phi
  e <- exp(c(coef(q)[1], sum(coef(q)))); gs <- c(e[2] - e[1], e[2]); s1 <- sqrt(drop(gs %*% V %*% gs)); s2 <- sqrt(V[2, 2])
  emit("slope_index_log_linear", given,
       c(slope = diff(e)[[1]], slope_low = diff(e)[[1]] - z * s1, slope_high = diff(e)[[1]] + z * s1,
         relative = e[[2]] / e[[1]], relative_low = e[[2]] / e[[1]] * exp(-z * s2), relative_high = e[[2]] / e[[1]] * exp(z * s2)), 1e-7, "glm")
  s2r <- sum(p * (b - 0.5)^2); f <- lm(I(2 * s2r * y) ~ b, weights = n); c2 <- coef(summary(f))[2, ]
  a <- vlh(c2[[1]], c2[[1]] + c(-1, 1) * z * c2[[2]])
  emit("concentration_index", given, c(a, relative = a[[1]] / mu, relative_low = a[[2]] / mu), 1e-9, "lm of the convenient regression")
  emit("wagstaff_index", given, a / mu / (1 - mu), 1e-9, "lm of the convenient regression")
  emit("erreygers_index", given, 4 * a, 1e-9, "lm of the convenient regression")
  r <- k
  risk <- function(v) v[r] - sum(p * v); frac <- function(v) risk(v) / sum(p * v)
  s1 <- sqrt(sum((gradient(risk, y, 1e-6) * se)^2)); s2 <- sqrt(sum((gradient(frac, y, 1e-6) * se)^2))
  emit("population_attributable", c(given, reference = r - 1),
       c(risk = risk(y), risk_low = risk(y) - z * s1, fraction = frac(y), fraction_low = frac(y) - z * s2), 1e-7, "numerical derivatives")
  RR <- y / y[r]; x <- sum((RR - 1) * p)
  emit("population_attributable_gradient", c(given, reference = r - 1), c(value = x / (1 + x)), 1e-10, "the sum over rate ratios")
  A <- sum(o) - o[r]; B <- sum(n) - n[r] - A; C <- o[r]; D <- n[r] - o[r]
  # Fleiss: the variance of ln(1 - f) for a cross-sectional table, by the delta method on multinomial cells.
  cells <- c(A, B, C, D); N <- sum(cells)
  lf <- function(q) log((q[3] / (q[3] + q[4])) / ((q[1] + q[3]) / sum(q)))
  gq <- gradient(lf, cells / N, 1e-7); q <- cells / N; vq <- (sum(gq^2 * q) - sum(gq * q)^2) / N
  fr <- exp(lf(cells)) - 1
  emit("population_attributable_proportion", c(given, reference = r - 1),
       c(fraction = fr, fraction_low = fr - z * (1 + fr) * sqrt(vq), risk = fr * mu), 1e-6, "the delta method on multinomial cells, numerically")
  M <- diag(p) - p %*% t(p); S <- diag(se^2); bv <- drop(t(y) %*% M %*% y)
  sv <- sqrt(4 * drop(t(y) %*% M %*% S %*% M %*% y) + 2 * sum(diag(M %*% S %*% M %*% S)))
  emit("between_group_variance", given, vlh(bv, c(max(0, bv - z * sv), bv + z * sv)), 1e-10, "the quadratic form by matrices")
  th <- function(v) { w <- p * v / sum(p * v); sum(w * log(w / p)) }     # Kullback-Leibler form
  ml <- function(v) log(sum(p * v)) - sum(p * log(v))
  for (m in c("theil_index", "mean_log_deviation")) {
    f <- if (m == "theil_index") th else ml; s <- sqrt(sum((gradient(f, y, 1e-6) * se)^2))
    emit(m, given, vlh(f(y), c(max(0, f(y) - z * s), f(y) + z * s)), 1e-6, "another form of the index, and numerical derivatives")
  }
  if (l == 0.95) {
    d <- abs(y - mu); best <- abs(y - min(y)); ref <- abs(y - y[r])
    emit("between_group_sd", given, c(value = sqrt(bv)), 1e-10, "the quadratic form by matrices")
    emit("coefficient_of_variation", given, c(value = sqrt(bv) / mu), 1e-10, "the quadratic form by matrices")
    pairs <- list(index_of_disparity = mean(d) / mu, index_of_disparity_weighted = weighted.mean(d, n) / mu,
      mean_difference_from_mean = mean(d), mean_difference_from_mean_weighted = weighted.mean(d, n),
      mean_difference_from_best = mean(best), mean_difference_from_best_weighted = weighted.mean(best, n),
      mean_difference_from_reference = mean(ref), mean_difference_from_reference_weighted = weighted.mean(ref, n))
    for (m in names(pairs)) emit(m, c(given, reference = r - 1), c(value = pairs[[m]]), 1e-11, "mean and weighted.mean")
    # The difference of two Poisson rates: quantiles of the convolution of two Poisson counts.
    i <- 0:2000; first <- dpois(i, o[1]); last <- dpois(i, o[k])
    grid <- outer(i / n[1], i / n[k], "-"); prob <- outer(first, last); ord <- order(grid)
    cum <- cumsum(prob[ord]); at <- function(q) grid[ord][which(cum >= q)[1]]
    sdd <- sqrt(o[1] / n[1]^2 + o[k] / n[k]^2)
    out <- c(value = y[1] - y[k], low = at(0.025), high = at(0.975), se = sdd)
    why <- "the exact distribution of the difference; a limit from 20,000 draws has an error of 2% of the standard error"
    tol <- 0.06 * sdd / abs(out)
    emit("bootstrap_interval", given, out, tol, why)
    emit("inequality_measures", c(given, reference = r - 1),
         c(out[2:4], sd = sqrt(bv), theil = th(y), deviation = ml(y), concentration = a[[1]], slope = coef(lm(y ~ b, weights = n))[[2]]),
         c(tol[2:4], rep(1e-9, 5)), "the values in closed form, and the exact distribution of the difference of the first and the last group")
  }
}
# A survey: the linearised variance by leaving out the algebra and using lm's own scores.
set.seed(1); cl <- rep(1:24, each = 5); st <- (cl - 1) %/% 8 + 1
grp <- sample(1:4, 120, TRUE); val <- rbinom(120, 1, 0.2 + 0.15 * grp); wt <- runif(120, 0.5, 2)
tab <- tapply(wt, grp, sum) / sum(wt); mid <- cumsum(tab) - tab / 2; rk <- mid[grp]
s2r <- sum(wt * (rk - 0.5)^2) / sum(wt); f <- lm(I(2 * s2r * val) ~ rk, weights = wt)
U <- model.matrix(f) * residuals(f) * wt; br <- summary(f)$cov.unscaled; V <- 0
for (s in unique(st)) { T <- rowsum(U[st == s, ], cl[st == s]); m <- nrow(T); V <- V + m / (m - 1) * crossprod(sweep(T, 2, colMeans(T))) }
sev <- sqrt((br %*% V %*% br)[2, 2]); m <- weighted.mean(val, wt); v <- coef(f)[[2]]
emit("concentration_index_survey", list(value = val, weight = wt, group = grp, stratum = st, cluster = cl),
     c(value = v, low = v - qnorm(.975) * sev, high = v + qnorm(.975) * sev, relative = v / m), 1e-9, "lm's scores and bread, summed by cluster within stratum")
write_all()
