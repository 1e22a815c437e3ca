/* Sixteen floats or thirty-two numbers in fp16 at once: powers of two, GELU, conversions, sums that do not wait for each other. */

#ifndef GONGKAI_VECTORS_H
#define GONGKAI_VECTORS_H

#include <immintrin.h>
#include <stdint.h>
#include <string.h>

enum { BLOCK = 32, TILE = 16, LANES = 16, DEPTH = 64, PAIRS = 32, ALIGN = 64, TILE_BYTES = 1024, STEPS = 128, NEAR = 2 };

#define LOG2_E 1.44269504f
#define INLINE inline __attribute__((always_inline))
#define ALIGNED __attribute__((aligned(ALIGN)))

/* 2^x for finite x, in the lanes that are there, 0 in the others; relative error below 2e-4, a twentieth of what bf16 rounds away. */
static inline __m512 power_of_two(__m512 x, __mmask16 there) {
    const __m512 fraction = _mm512_reduce_ps(x, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC);
    __m512 power = _mm512_set1_ps(0.077816460f);
    power = _mm512_fmadd_ps(power, fraction, _mm512_set1_ps(0.225877634f));
    power = _mm512_fmadd_ps(power, fraction, _mm512_set1_ps(0.696168568f));
    power = _mm512_fmadd_ps(power, fraction, _mm512_set1_ps(0.999864033f));
    return _mm512_maskz_scalef_ps(there, power, x);  /* scalef takes the floor of its exponent itself */
}

/* 32 times x Phi(x) in fp16, as x/2 + |x| (Phi(|x|) - 1/2), the latter by a line for each eighth of |x| (tables in fp16), the last of
 * which is |x|/2; absolute error below 8e-4 beside the rounding of fp16, a small part of a step of int8. */
static inline __m512h gelu(__m512h x) {
    static const uint16_t SLOPES[PAIRS] ALIGNED = {
        0x2661, 0x2e57, 0x323e, 0x3490, 0x35e0, 0x3705, 0x37fb, 0x3860, 0x38aa, 0x38dc, 0x38fa, 0x3907, 0x3905, 0x38f8, 0x38e3, 0x38ca,
        0x38af, 0x3893, 0x3879, 0x3862, 0x384d, 0x383c, 0x382d, 0x3822, 0x3819, 0x3812, 0x380c, 0x3809, 0x3806, 0x3804, 0x3803, 0x3800};
    static const uint16_t STARTS[PAIRS] ALIGNED = {
        0x8a60, 0x9d87, 0xa5fb, 0xaa96, 0xad96, 0xb014, 0xb165, 0xb2a5, 0xb3ba, 0xb447, 0xb48e, 0xb4af, 0xb4aa, 0xb481, 0xb43a, 0xb3bf,
        0xb2ee, 0xb207, 0xb123, 0xb04e, 0xaf04, 0xada7, 0xac65, 0xaadc, 0xa936, 0xa7c0, 0xa55c, 0xa41f, 0xa1ac, 0x9fcb, 0x9df9, 0x0000};
    const __m512h size = _mm512_abs_ph(x), near = _mm512_min_ph(size, _mm512_set1_ph((_Float16)3.93f));
    const __m512i eighth = _mm512_castph_si512(_mm512_add_ph(near, _mm512_set1_ph((_Float16)128.0f)));  /* the nearest, in the last bits */
    const __m512h slope = _mm512_castsi512_ph(_mm512_permutexvar_epi16(eighth, _mm512_load_si512(SLOPES)));
    const __m512h start = _mm512_castsi512_ph(_mm512_permutexvar_epi16(eighth, _mm512_load_si512(STARTS)));
    return _mm512_fmadd_ph(x, _mm512_set1_ph((_Float16)0.5f), _mm512_fmadd_ph(slope, size, start));
}

/* 16 numbers in fp16. */
static inline __m512 wide(const uint16_t *from) { return _mm512_cvtph_ps(_mm256_load_si256((const __m256i *)from)); }

/* 32 floats in fp16, by fours in turn from both halves, as `_mm512_packs_epi32` has integers; what is too large becomes infinite. */
static inline __m512h narrow_in_turn(__m512 low, __m512 high) {
    const __m512i order = _mm512_set_epi64(11, 3, 10, 2, 9, 1, 8, 0);
    const __m512d first = _mm512_castpd256_pd512(_mm256_castph_pd(_mm512_cvtxps_ph(low)));
    const __m512d second = _mm512_castpd256_pd512(_mm256_castph_pd(_mm512_cvtxps_ph(high)));
    return _mm512_castpd_ph(_mm512_permutex2var_pd(first, order, second));
}

static inline __m512 larger(__m512 top, __m512 x) { return _mm512_max_ps(top, _mm512_abs_ps(x)); }

static inline float added(const __m512 four[4]) {
    return _mm512_reduce_add_ps(_mm512_add_ps(_mm512_add_ps(four[0], four[1]), _mm512_add_ps(four[2], four[3])));
}

static inline float largest(const __m512 four[4]) {
    return _mm512_reduce_max_ps(_mm512_max_ps(_mm512_max_ps(four[0], four[1]), _mm512_max_ps(four[2], four[3])));
}

/* The first `rest` of 16 lanes. */
static inline __mmask16 lanes(int rest) { return rest >= LANES ? 0xffff : rest <= 0 ? 0 : (__mmask16)((1u << rest) - 1); }

/* A square root without the library of mathematics. */
static inline float root(float x) { return _mm_cvtss_f32(_mm_sqrt_ss(_mm_set_ss(x))); }

#endif
