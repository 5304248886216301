# Quantile groups and deciles.
source("common.R")
v <- c(5, 1, 3, 3, 9, 7, 7, 7, 2, 8, 4.5, 0)
for (q in c(2, 3, 4, 10)) for (first in c("lowest", "highest")) {
  r <- rank(if (first == "lowest") v else -v, ties.method = "min")
  emit("quantile_groups", list(v = v, q = q, first = first), setNames(floor((r - 1) * q / length(v)) + 1, paste0("g", seq_along(v))), 0, "rank with ties at the minimum")
}
# Sizes of the deciles as published: MHCLG's File 3 of 2019 and 2025 counted by decile; Wales' bounds.
england19 <- cumsum(c(3284, 3284, 3285, 3284, 3285, 3284, 3284, 3285, 3284, 3285))
england25 <- cumsum(c(3375, 3376, 3375, 3376, 3375, 3376, 3375, 3376, 3375, 3376))
for (d in 1:9) {
  emit("deprivation_decile", list(rank = england19[d], areas = 32844, index = "England"), c(decile = d), 0, "counted in IoD 2019, File 3")
  emit("deprivation_decile", list(rank = england19[d] + 1, areas = 32844, index = "England"), c(decile = d + 1), 0, "counted in IoD 2019, File 3")
  emit("deprivation_decile", list(rank = england25[d], areas = 33755, index = "England"), c(decile = d), 0, "counted in IoD 2025, File 3")
  emit("deprivation_decile", list(rank = england25[d] + 1, areas = 33755, index = "England"), c(decile = d + 1), 0, "counted in IoD 2025, File 3")
}
for (rd in list(c(191, 1), c(192, 2), c(382, 2), c(383, 3), c(573, 3), c(574, 4), c(955, 5), c(956, 6), c(1909, 10)))
  emit("deprivation_decile", list(rank = rd[1], areas = 1909, index = "Wales"), c(decile = rd[2]), 0, "published bounds of WIMD 2019, not checked against a file")
for (rd in list(c(697, 1), c(698, 2), c(6976, 10)))
  emit("deprivation_decile", list(rank = rd[1], areas = 6976, index = "Scotland"), c(decile = rd[2]), 0, "published size of the most deprived tenth, SIMD 2020v2, not checked against a file")
for (rd in list(c(89, 1), c(90, 2), c(890, 10)))
  emit("deprivation_decile", list(rank = rd[1], areas = 890, index = "NorthernIreland"), c(decile = rd[2]), 0, "890 areas divide by ten")
rk <- c(3, 1, 2, 5, 4, 6); p <- c(300, 100, 300, 50, 200, 50); ord <- order(rk); m <- (cumsum(p[ord]) - p[ord] / 2) / sum(p)
emit("population_weighted_quantiles", list(rank = rk, p = p, q = 4), setNames((findInterval(m, c(0, .25, .5, .75)))[order(ord)], paste0("g", 1:6)), 0, "findInterval on cumulative shares")
write_all()
