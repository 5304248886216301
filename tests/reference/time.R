# Trends, change, control charts.
source("common.R")
x <- c(83, 90, 129, 70); n <- c(86, 93, 136, 82)
for (s in list(1:4, c(0, 1, 1, 3), c(2018, 2019, 2020, 2022))) {
  t <- suppressWarnings(prop.trend.test(x, n, s)); f <- lm(I(x / n) ~ s, weights = n)
  emit("cochran_armitage", list(x = x, n = n, s = s), c(chi_square = t$statistic[[1]], p = t$p.value, slope = coef(f)[[2]]), 1e-9, "prop.trend.test, and lm for the slope")
}
tight <- glm.control(epsilon = 1e-15, maxit = 500)
for (set in list(list(o = c(500, 520, 560, 590, 640), n = c(10000, 10100, 10050, 10200, 10150)),
                 list(o = c(3, 0, 5, 1, 9), n = c(900, 950, 1000, 1000, 1020)), list(o = c(800, 1200, 700, 1500, 1600), n = rep(20000, 5)))) {
  o <- set$o; n <- set$n; s <- 1:5
  # The score test of the slope in a Poisson model with an identity link has the same numerator.
  q0 <- glm(o ~ offset(log(n)), family = poisson, control = tight); q1 <- lm(I(o / n) ~ s, weights = n)
  rao <- sum(residuals(lm(s ~ 1, weights = n)) * (o - fitted(q0)))^2 / (sum(o) / sum(n) * sum(n * residuals(lm(s ~ 1, weights = n))^2))
  emit("poisson_trend", list(o = o, n = n, s = s), c(chi_square = rao, p = pchisq(rao, 1, lower.tail = FALSE), slope = coef(q1)[[2]]), 1e-9, "lm residuals and pchisq")
  for (f in c("recent_trend")) {
    emit(f, list(year = 2018:2022, o = o, n = n), c(chi_square = rao, direction = if (pchisq(rao, 1, lower.tail = FALSE) < 0.05) sign(coef(q1)[[2]]) else 0), 1e-9, "lm residuals and pchisq")
  }
  t <- suppressWarnings(prop.trend.test(o, n, 1:5))
  emit("recent_trend_proportion", list(year = 2018:2022, o = o, n = n), c(chi_square = t$statistic[[1]], direction = if (t$p.value < 0.05) sign(coef(q1)[[2]]) else 0), 1e-9, "prop.trend.test")
  for (l in c(0.95, 0.998)) {
    g <- suppressWarnings(glm(o ~ s + offset(log(n)), family = poisson, control = tight)); phi <- sum(residuals(g, type = "pearson")^2) / 3
    se <- sqrt(vcov(g)[2, 2] * max(1, phi)); b <- coef(g)[[2]]; z <- qnorm((1 + l) / 2)
    emit("log_linear_trend", list(o = o, n = n, t = 2017 + s, level = l), c(ratio = exp(b), low = exp(b - z * se), high = exp(b + z * se), chi_square = (b / se)^2,
         p = 2 * pnorm(-abs(b / se)), dispersion = max(1, phi)), 1e-7, "glm")
  }
}
for (l in c(0.95, 0.998)) {
  i <- poisson.test(c(30, 20), c(1000, 1200), conf.level = l)$conf.int
  emit("period_change", list(o1 = 20, n1 = 1200, o2 = 30, n2 = 1000, level = l), c(ratio = 1.8, ratio_low = i[1], ratio_high = i[2], difference = 0.03 - 20 / 1200), 1e-9, "poisson.test of two rates")
}
v <- c(10, 12, 11, 13, 10, 14, 15, 16, 17, 18, 19, 20, 30, 12, 11, 9, 8, 10, 9, 8)
m <- mean(v); r <- mean(abs(diff(v))); side <- sign(v - m); runs <- rle(side)
shift <- rep(runs$lengths >= 7 & runs$values != 0, runs$lengths)
up <- rle(sign(diff(v))); trend <- rep(FALSE, length(v)); at <- 1
for (j in seq_along(up$lengths)) { if (up$lengths[j] >= 6 && up$values[j] != 0) trend[at:(at + up$lengths[j])] <- TRUE; at <- at + up$lengths[j] }
# Two of three beyond two thirds of the way to the same limit: those that are beyond are marked.
near <- function(v, m, r) {
  beyond <- ifelse(abs(v - m) > 2.66 * r * 2 / 3, sign(v - m), 0); mark <- rep(FALSE, length(v))
  for (s in c(-1, 1)) for (i in seq_len(length(v) - 2)) { three <- i:(i + 2); if (sum(beyond[three] == s) >= 2) mark[three[beyond[three] == s]] <- TRUE }
  setNames(as.numeric(mark), paste0("near", seq_along(v)))
}
emit("control_chart", list(v = v), c(near(v, m, r), mean = m, low = m - 2.66 * r, high = m + 2.66 * r, range_limit = 3.267 * r,
     setNames(as.numeric(abs(v - m) > 2.66 * r), paste0("outside", seq_along(v))), setNames(as.numeric(shift), paste0("shift", seq_along(v))),
     setNames(as.numeric(trend), paste0("trend", seq_along(v)))), 1e-12, "mean, diff and rle")
# The limits of the first points only; moving ranges above their own limit left out of the mean range.
for (w in list(c(50, 52, 49, 51, 50, 48, 53, 51, 60, 58, 61, 57, 50, 90, 51, 49), c(5, 5, 6, 30, 5, 6, 5, 4, 5, 6, 20, 21, 7, 6))) for (base in c(8, length(w))) for (screen in 0:1) {
  m <- mean(w[1:base]); d <- abs(diff(w[1:base])); r <- mean(d)
  if (screen) r <- mean(d[d <= 3.267 * r])
  emit("control_chart", list(v = w, baseline = base, screen = screen), c(mean = m, low = m - 2.66 * r, high = m + 2.66 * r, range_limit = 3.267 * r,
       setNames(as.numeric(abs(w - m) > 2.66 * r), paste0("outside", seq_along(w))), near(w, m, r)), 1e-12, "mean and diff")
}
write_all()
