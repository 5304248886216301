# Intervals with an uncertain denominator, and bounds of statistics of sets that are partly withheld.
source("common.R")

# The limits of theta1 / theta2 are the ratios at which MOVER's limit of theta1 - r theta2 is 0.
mover <- function(v, l, u, s, level) {
  z <- qnorm((1 + level) / 2); l2 <- exp(-z * s); u2 <- exp(z * s)
  low <- function(r) v - r - sqrt((v - l)^2 + r^2 * (u2 - 1)^2)
  high <- function(r) v - r + sqrt((u - v)^2 + r^2 * (1 - l2)^2)
  c(low = if (l <= 0) 0 else root(low, l / (10 * u2^2), v), high = root(high, v, 10 * u * u2^2))
}
for (l in c(0.95, 0.998)) for (s in c(0.02, 0.15, 0.4)) {
  for (k in list(c(65, 50.163, 82.849), c(0, 0, 3.689), c(4, 1.09, 10.24), c(1.99, 0.83, 4.74)))
    emit("uncertain_denominator", list(v = k[1], low = k[2], high = k[3], s = s, level = l),
         mover(k[1], k[2], k[3], s, l), 1e-9, "roots of MOVER's limits of v - r, by uniroot")
}

# Every combination of the ends of what is withheld; statistics that rise with each value are most extreme there.
ends <- function(low, high) expand.grid(Map(function(a, b) unique(c(a, b)), low, high))
sets <- list(
  list(low = c(0, 0, 1 / 140, 2.3, 3.1), high = c(0, 0, 5 / 140, 2.3, 3.1)),
  list(low = c(1, 1, 0.5, 8, 9.5, 12, 4, 4.5, 7, 6), high = c(5, 5, 2.5, 8, 9.5, 12, 4, 22.5, 7, 6)),
  list(low = c(3.2, 1.1, 2.9), high = c(3.2, 1.1, 2.9)))
why <- "the extremes over every combination of the ends"
for (x in sets) {
  all <- as.matrix(ends(x$low, x$high))
  given <- list(low = x$low, high = x$high)
  emit("median_bounds", given, setNames(range(apply(all, 1, median)), c("low", "high")), 1e-12, why)
  emit("mean_bounds", given, setNames(range(rowMeans(all)), c("low", "high")), 1e-12, why)
  # Between the ends a value may lie just beside another: ranks are looked for there too.
  beside <- sort(unique(c(x$low, x$high)))
  inside <- Map(function(a, b) unique(c(a, b, beside[beside > a & beside < b] + 1e-9, beside[beside > a & beside < b] - 1e-9)), x$low, x$high)
  r <- apply(as.matrix(expand.grid(inside)), 1, rank, ties.method = "min")
  n <- length(x$low)
  emit("rank_bounds", given, c(setNames(apply(r, 1, min), paste0("first", 1:n)), setNames(apply(r, 1, max), paste0("last", 1:n))), 0, why)
}

# Every way in which those who were not observed may turn out.
for (k in list(c(12, 9, 40), c(0, 3, 7), c(7, 0, 7), c(5, 5, 10), c(0, 0, 4))) {
  known <- rep(c(1, 0), c(k[1], k[3] - k[1] - k[2]))
  ways <- as.matrix(expand.grid(rep(list(0:1), k[2])))
  shares <- if (k[2]) apply(ways, 1, function(unseen) mean(c(known, unseen))) else mean(known)
  emit("proportion_bounds", list(x = k[1], u = k[2], n = k[3]), setNames(range(shares), c("low", "high")), 1e-14,
       "the extremes over every way in which those who were not observed may be")
}
write_all()
