# Rounding for display.
source("common.R")
# Decimal text decides, not binary: half up in whole hundredths, held as integers.
for (cents in c(5, 15, 25, 115, 1005, -15, 12345, 99995)) {
  tenths <- sign(cents) * ((abs(cents) + 5) %/% 10)
  emit("round_half_up", list(x = cents / 100, places = 1), c(value = tenths / 10), 1e-15, "integer arithmetic on hundredths")
}
for (x in c(0, 2.4, 2.5, 3.5, -2.5, 1e9 + 0.5)) emit("round_half_up", list(x = x, places = 0), c(value = sign(x) * floor(abs(x) + 0.5)), 1e-15, "floor")
write_all()
