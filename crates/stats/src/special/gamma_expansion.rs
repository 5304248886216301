//! Quantiles of the gamma distribution as an expansion in one over the root of its shape.

/// The terms of the expansion, each a polynomial in the normal deviate `z` of one parity.
///
/// Write the quantile as `a + w sqrt(a)` and `s = 1 / sqrt(a)`. That the quantile's slope in `z` is
/// the normal density over the gamma's gives, with Stirling's series `m(a)` of `ln Γ(a)`,
/// `ln w' = w^2 / 2 - s w^3 / 3 + s^2 w^4 / 4 - ... + ln(1 + s w) + m(a) - z^2 / 2`,
/// and with `w = z + s q1(z) + s^2 q2(z) + ...` one equation `qk' - z qk = (lower terms)` for every
/// power of `s`, of which just one solution is a polynomial. Line `k` holds the coefficients of `qk`
/// from the lowest power up: of 1, z^2, z^4, ... for odd `k` and of z, z^3, ... for even `k`. They were
/// solved in exact fractions; the first four are those of Johnson, Kotz and Balakrishnan (1994, ch. 18).
const TERMS: [&[f64]; 16] = [
    &[-0.333_333_333_333_333_3, 0.333_333_333_333_333_3],
    &[-0.194_444_444_444_444_45, 0.027_777_777_777_777_776],
    &[
        0.019_753_086_419_753_086,
        -0.008_641_975_308_641_974,
        -0.003_703_703_703_703_704,
    ],
    &[
        -0.011_136_831_275_720_165,
        0.006_584_362_139_917_695,
        0.000_231_481_481_481_481_5,
    ],
    &[
        0.007_211_444_248_481_286,
        -0.004_521_849_892_220_263,
        -0.001_190_476_190_476_190_6,
        0.000_058_788_947_677_836_57,
    ],
    &[
        0.001_971_314_531_756_918_5,
        0.001_969_953_676_486_598_5,
        -0.000_029_619_014_958_521_132,
        -0.000_025_536_449_147_560_26,
    ],
    &[
        0.000_652_629_898_171_736_3,
        -0.001_904_997_786_342_093_5,
        -0.000_172_610_882_487_425_7,
        0.000_083_719_816_230_104_3,
        0.000_004_899_078_973_153_047,
    ],
    &[
        0.001_772_009_575_355_697_3,
        0.000_331_530_048_894_017_8,
        -0.000_129_574_685_098_090_46,
        -0.000_025_886_869_379_667_732,
        -0.000_000_242_827_612_297_776_9,
    ],
    &[
        -0.001_238_576_963_551_137_4,
        -0.000_342_218_163_930_851_7,
        0.000_154_644_594_761_065_82,
        0.000_064_013_541_398_848_52,
        0.000_003_160_639_058_368_063_2,
        -0.000_000_185_406_221_071_516,
    ],
    &[
        0.000_184_801_238_443_312_57,
        -0.000_210_626_062_468_954_57,
        -0.000_108_922_126_922_740_78,
        -0.000_012_067_700_029_214_249,
        0.000_000_714_194_446_351_649_2,
        0.000_000_075_424_648_554_118_96,
    ],
    &[
        -0.000_450_988_837_684_095_1,
        0.000_332_422_396_990_434_96,
        0.000_159_654_870_566_495_42,
        0.000_025_849_039_344_389_05,
        -0.000_001_291_095_234_261_079_6,
        -0.000_000_486_283_011_631_209_2,
        -0.000_000_014_721_627_280_688_4,
    ],
    &[
        -0.000_580_699_948_552_732,
        -0.000_216_608_030_360_333_74,
        -0.000_038_088_777_470_510_184,
        0.000_002_337_399_756_729_316_8,
        0.000_001_616_995_099_945_412_3,
        0.000_000_125_977_391_606_896_28,
        5.159_887_341_078_076e-10,
    ],
    &[
        0.000_663_960_400_334_052_8,
        0.000_270_556_076_003_475_14,
        0.000_035_204_146_127_751_125,
        -0.000_007_441_658_238_208_083,
        -0.000_004_030_576_102_745_27,
        -0.000_000_521_519_345_049_211_4,
        -0.000_000_010_727_261_975_015_052,
        7.329_864_131_600_22e-10,
    ],
    &[
        -0.000_240_253_083_892_149_85,
        0.000_011_912_802_644_687_95,
        0.000_025_880_265_493_964_64,
        0.000_009_103_421_322_062_891,
        0.000_001_459_600_798_985_797_4,
        0.000_000_061_348_995_894_901_01,
        -0.000_000_005_382_315_669_439_454_5,
        -2.921_357_345_635_569e-10,
    ],
    &[
        0.000_449_835_386_727_579,
        -0.000_153_132_163_353_693_04,
        -0.000_075_311_258_743_488_14,
        -0.000_019_675_371_733_794_243,
        -0.000_003_187_050_776_764_147,
        -0.000_000_180_573_545_734_009_6,
        0.000_000_022_228_338_885_458_432,
        0.000_000_002_831_897_954_027_484_8,
        5.717_312_238_897_994e-11,
    ],
    &[
        0.000_481_596_868_709_369_24,
        0.000_175_272_641_492_795_76,
        0.000_038_774_593_109_456_45,
        0.000_005_493_108_314_496_663,
        0.000_000_256_358_314_487_599,
        -0.000_000_079_777_862_757_703_76,
        -0.000_000_014_366_423_633_156_926,
        -6.665_556_111_231_443e-10,
        -1.500_834_940_879_191_1e-12,
    ],
];

/// What the last terms may add, relative to the quantile, where the expansion is used by itself.
const NEGLIGIBLE: f64 = 1e-17;

/// The expansion at one deviate: a quantile of any shape then costs a root and a dozen products.
#[derive(Debug, Clone, Copy)]
pub(super) struct GammaExpansion {
    z: f64,
    terms: [f64; TERMS.len()],
    from: f64,
}

impl GammaExpansion {
    /// For the quantile whose lower tail is that of the normal deviate `z`.
    pub(super) fn new(z: f64) -> Self {
        let square = z * z;
        let mut terms = [0.0; TERMS.len()];
        let mut from = 10.0_f64;
        for (i, (term, coefficients)) in terms.iter_mut().zip(TERMS).enumerate() {
            let even = coefficients.iter().rev().fold(0.0, |t, c| t * square + c);
            *term = if i % 2 == 0 { even } else { even * z };
            // The term adds q s^(k - 1), which is negligible beside a from this shape on.
            if i + 3 >= TERMS.len() {
                from = from.max((term.abs() / NEGLIGIBLE).powf(2.0 / (i as f64 + 2.0)));
            }
        }
        GammaExpansion { z, terms, from }
    }

    /// The least shape for which the expansion is exact to rounding.
    pub(super) fn from(&self) -> f64 {
        self.from
    }

    /// The quantile for a shape; to rounding from the least shape on, and near it below.
    pub(super) fn at(&self, a: f64) -> f64 {
        let root = a.sqrt();
        let s = 1.0 / root;
        let beyond = self.terms.iter().rev().fold(0.0, |t, q| t * s + q);
        a + (root * self.z + beyond)
    }
}
