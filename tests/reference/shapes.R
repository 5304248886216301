# How far ratios spread, as a distribution: negative binomial likelihoods on a grid of shapes.
source("common.R")
shapes <- function(O, mu, c2, s, t) {
  B <- (seq_len(40) - 0.5) / 40; v <- B / (1 - B) / s^2
  log_likelihood <- vapply(v, function(v) {
    size <- 1 / ((1 + 1 / v) * (1 + c2) - 1)
    shown <- if (t > 0) 1 - (pnbinom(t, size = size, mu = mu) - pnbinom(0, size = size, mu = mu)) else 1
    sum(dnbinom(O, size = size, mu = mu, log = TRUE) - log(shown))
  }, 0)
  p <- exp(log_likelihood - max(log_likelihood)); p <- p / sum(p)
  c(setNames(v, paste0("shape", 1:40)), setNames(p, paste0("probability", 1:40)))
}
O <- c(9, 39, 11, 0, 2, 8, 6, 19, 3, 2); mu <- c(1.4, 8.7, 3, 4.2, 5.7, 8.3, 3.6, 13.2, 2.5, 3.3)
c2 <- c(.01, .02, 0, .05, .1, .01, .03, .02, .2, .04)
case <- function(O, mu, c2, s, t) emit("gamma_poisson_shapes", list(o = O, e = mu, c2 = c2, s = s, t = t), shapes(O, mu, c2, s, t), 1e-9, "dnbinom and pnbinom of R")
case(O, mu, c2, 0.25, 0)
shown <- O == 0 | O > 5
case(O[shown], mu[shown], c2[shown], 0.4, 5)
write_all()
