# Writes the reference tables of what stands beside the models: a group against its expectation, ranks
# of effects, variation of log rates, and rates by decile from areas' totals. Base R only.
#   Rscript models_expected.R
source("common.R")

# ---- a group against what a model without it expects -----------------------------------------
# The posterior by R's adaptive integration over effect and error of the expectation.
groups <- list(list(observed = 120, expected = 100, typical = 97, std_error = 0.03, sigma = 0.25, dispersion = 1),
               list(observed = 0, expected = 2.5, typical = 2.4, std_error = 0.1, sigma = 0.3, dispersion = 1),
               list(observed = 900, expected = 1000, typical = 970, std_error = 0.02, sigma = 0.2, dispersion = 1),
               list(observed = 14, expected = 9, typical = 8.8, std_error = 0.15, sigma = 0.2, dispersion = 1.4),
               list(observed = 60, expected = 45, typical = 45, std_error = 0.05, sigma = 0, dispersion = 1),
               list(observed = 410, expected = 300, typical = 300, std_error = 0.02, sigma = 0, dispersion = 31))
byar <- function(o) c(o * (1 - 1 / (9 * o) - 1.959963984540054 / (3 * sqrt(o)))^3, (o + 1) * (1 - 1 / (9 * (o + 1)) + 1.959963984540054 / (3 * sqrt(o + 1)))^3)
poisson_limits <- function(o) if (o < 10) c(if (o > 0) qgamma(0.025, o) else 0, qgamma(0.975, o + 1)) else byar(o)
for (g in groups) with(g, {
  l <- poisson_limits(observed)
  l <- observed + sqrt(dispersion) * (l - observed)
  l[1] <- max(l[1], 0)
  ratio <- observed / expected
  z <- qnorm(0.975) * std_error
  low <- if (observed > 0) ratio * exp(-sqrt(log(observed / l[1])^2 + z^2)) else 0
  high <- if (observed > 0) ratio * exp(sqrt(log(l[2] / observed)^2 + z^2)) else l[2] / expected * exp(z)
  emit("against_expected", g, c(ratio = ratio, low = low, high = high), 1e-9, "the documented formula, evaluated separately")
  # Jeffreys' half a count where there is no spread to be a prior.
  count <- observed / dispersion + if (sigma > 0) 0 else 0.5
  centre <- log(typical / expected)
  lik <- function(v) exp(count * v - expected / dispersion * exp(v) - (count * log(count * dispersion / expected + (count == 0)) - count))
  inner <- function(u) sapply(u, function(u) integrate(function(e) lik(u + e) * dnorm(e, 0, std_error), -8 * std_error, 8 * std_error, rel.tol = 1e-10)$value)
  prior <- function(u) if (sigma > 0) dnorm(u, centre, sigma) else rep(1, length(u))
  peak <- if (observed > 0) log(count * dispersion / expected) else -0.5
  width <- sqrt(dispersion / (observed + 1) + std_error^2)
  if (sigma > 0) width <- min(width, sigma)
  if (sigma > 0) { w <- c(1 / sigma^2, observed / dispersion + 0.5); peak <- sum(w * c(centre, peak)) / sum(w) }
  area <- function(to) {
    breaks <- sort(unique(pmin(to, peak + width * c(-14, -9, -6, -4, -2, -1, 0, 1, 2, 4, 6, 9, 14))))
    breaks <- c(breaks, to)
    sum(mapply(function(a, b) if (b > a) integrate(function(u) inner(u) * prior(u), a, b, rel.tol = 1e-9)$value else 0, head(breaks, -1), tail(breaks, -1)))
  }
  all <- area(peak + 14 * width)
  emit("against_expected", g, c(probability_above = 1 - area(0) / all), 2e-3, "R's adaptive integration; ours sums a grid")
  if (sigma > 0) {
    q <- function(p) exp(uniroot(function(x) area(x) / all - p, peak + width * c(-8, 8), tol = 1e-7)$root)
    emit("against_expected", g, c(shrunken = q(0.5), shrunken_low = q(0.025), shrunken_high = q(0.975)), 1e-3, "R's adaptive integration; ours sums a grid")
  }
  scatter <- sqrt(sigma^2 + std_error^2 + log1p(max(dispersion - 1, 0) / expected))
  lower <- function(k) integrate(function(x) ppois(k, typical * exp(scatter * x)) * dnorm(x), -9, 9, rel.tol = 1e-9, subdivisions = 2000)$value
  quantile <- function(p) { k <- 0:(20 * expected + 20); lo <- 0; hi <- max(k); while (lo < hi) { m <- (lo + hi) %/% 2; if (lower(m) < p) lo <- m + 1 else hi <- m }; lo }
  emit("against_expected", g, c(range_low = quantile(0.025), range_high = quantile(0.975)), 1, "a whole count on the edge of a tail may differ by one")
})

# ---- ranks of effects ------------------------------------------------------------------------
set.seed(116)
value <- round(rnorm(12, 0, 0.3), 3); sd <- round(runif(12, 0.03, 0.3), 3)
draws <- replicate(4e5, rank(rnorm(12, value, sd)))
limits <- apply(draws, 1, quantile, c(0.025, 0.5, 0.975), type = 1)
# How near a tail lies to the edge of a rank: 20,000 draws have an error of 0.0011 in a share of 0.025.
edge <- function(tail) apply(draws, 1, function(r) min(abs(cumsum(tabulate(r, 12)) / length(r) - tail)))
stopifnot(edge(0.025) > 0.004, edge(0.5) > 0.01, edge(0.975) > 0.004)
outputs <- c(setNames(rank(value), paste0("rank", 1:12)), setNames(limits[1, ], paste0("low", 1:12)), setNames(limits[2, ], paste0("median", 1:12)), setNames(limits[3, ], paste0("high", 1:12)))
emit("rank_effects", list(value = value, sd = sd), outputs, 0, "whole ranks; another generator, 400,000 draws, no tail near the edge of a rank")

# ---- the variation of log rates --------------------------------------------------------------
need <- read.csv("models/children_in_need.csv")
d <- need[need$year == 2019, ]
d$log_rate <- log(d$count / d$children)
for (terms in list("idaci", c("idaci", "f:region"))) {
  fit <- lm(as.formula(paste("log_rate ~", paste(sub("f:(.*)", "factor(\\1)", terms), collapse = "+"))), d)
  r2 <- summary(fit)$r.squared; k <- fit$rank - 1; n <- nrow(d)
  f <- r2 / k / ((1 - r2) / (n - k - 1))
  at <- function(p) { ncp <- uniroot(function(l) pf(f, k, n - k - 1, ncp = l) - p, c(0, 2000), tol = 1e-10)$root; ncp / (ncp + n) }
  emit("log_rate_variation", list(data = "need2019", terms = terms), c(r_squared = r2, adjusted = summary(fit)$adj.r.squared), 1e-10, "R's lm")
  emit("log_rate_variation", list(data = "need2019", terms = terms), c(low = at(0.975), high = at(0.025)), 1e-6, "R's noncentral F, whose series ends at 1e-9")
}

# ---- rates by decile -------------------------------------------------------------------------
areas <- read.csv("models/deciles.csv")
n <- as.matrix(areas[, -1]); o <- areas$count; d <- 0:9
mean_of <- function(p) drop(n %*% exp(p[1] + p[2] * d))
ll <- function(p) sum(dpois(o, mean_of(p), log = TRUE))
best <- optim(c(-4, -0.2), function(p) -ll(p), method = "BFGS", control = list(reltol = 1e-16, maxit = 1000))
best <- optim(best$par, function(p) -ll(p), method = "Nelder-Mead", control = list(reltol = 1e-16, maxit = 5000))
p <- best$par; m <- mean_of(p)
phi <- max(1, sum((o - m)^2 / m) / (length(o) - 2))
drop_ <- phi * qchisq(0.95, 1) / 2
along <- function(b) max(optimize(function(a) ll(c(a, b)), p[1] + c(-1, 1), maximum = TRUE, tol = 1e-12)$objective)
edge <- function(f, from, to) uniroot(function(x) ll(p) - f(x) - drop_, c(from, to), tol = 1e-10)$root
low <- edge(along, p[2] - 0.5, p[2]); high <- edge(along, p[2], p[2] + 0.5)
inputs <- list(data = "deciles")
emit("decile_rates_log_linear", inputs, c(ratio_per_decile = exp(-p[2]), ratio = exp(-9 * p[2]), dispersion = phi, log_lik = ll(p), setNames(exp(p[1] + p[2] * d), paste0("rate", 1:10))), 1e-5, "R's optim finds a maximum to about 1e-6")
emit("decile_rates_log_linear", inputs, c(ratio_low = exp(-9 * high), ratio_high = exp(-9 * low)), 1e-4, "R's optim and uniroot")
for (k in c(1, 4, 10)) {
  held <- function(r) optimize(function(b) ll(c(r - b * d[k], b)), p[2] + c(-1, 1), maximum = TRUE, tol = 1e-12)$objective
  r <- p[1] + p[2] * d[k]
  outputs <- exp(c(edge(held, r - 1, r), edge(held, r, r + 1)))
  emit("decile_rates_log_linear", inputs, setNames(outputs, paste0(c("rate_low", "rate_high"), k)), 1e-4, "R's optim and uniroot")
}

# Monotone: steps that are not negative, by R's bounded quasi-Newton in the roots of the steps.
cumulated <- t(apply(n, 1, cumsum)); scale <- colSums(cumulated)
fit_monotone <- function(o, start) {
  negative <- function(s) { m <- drop(cumulated %*% (s^2 / scale)); if (any(m <= 0)) return(1e10); -sum(dpois(o, m, log = TRUE)) }
  slope <- function(s) { m <- drop(cumulated %*% (s^2 / scale)); -2 * s * drop(crossprod(cumulated, o / m - 1)) / scale }
  for (i in 1:20) { r <- optim(start, negative, slope, method = "BFGS", control = list(reltol = 1e-15, maxit = 2000)); start <- r$par }
  list(rates = rev(cumsum(rev(r$par^2 / scale))), ll = -r$value)
}
m <- fit_monotone(o, rep(sqrt(sum(o) / 10), 10))
emit("decile_rates_monotone", inputs, setNames(unname(m$rates), paste0("rate", 1:10)), 2e-3, "R's BFGS in the roots of the steps, which creeps where a step is 0")
emit("decile_rates_monotone", inputs, c(ratio = unname(m$rates[1] / m$rates[10])), 5e-3, "as the rates")
emit("decile_rates_monotone", inputs, c(log_lik = m$ll), 1e-7, "R's BFGS in the roots of the steps")
write_all()
