/* Sixteen floats at once: powers of two, GELU, steps of int8, layer norm. */

#ifndef GONGKAI_VECTORS_H
#define GONGKAI_VECTORS_H

#include <immintrin.h>
#include <stdint.h>
#include <string.h>

enum { BLOCK = 32, TILE = 16, LANES = 16, DEPTH = 64, PAIRS = 32, ALIGN = 64, TILE_BYTES = 1024, STEPS = 128, NEAR = 2 };

#define LOG2_E 1.44269504f
#define INLINE inline __attribute__((always_inline))

typedef struct { const float *weight, *bias; } Norm;

/* 2^x for finite x, in the lanes that are there, 0 in the others; relative error below 2e-4, a twentieth of what bf16 rounds away. */
static inline __m512 power_of_two(__m512 x, __mmask16 there) {
    const __m512 fraction = _mm512_reduce_ps(x, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC);
    __m512 power = _mm512_set1_ps(0.077816460f);
    power = _mm512_fmadd_ps(power, fraction, _mm512_set1_ps(0.225877634f));
    power = _mm512_fmadd_ps(power, fraction, _mm512_set1_ps(0.696168568f));
    power = _mm512_fmadd_ps(power, fraction, _mm512_set1_ps(0.999864033f));
    return _mm512_maskz_scalef_ps(there, power, x);  /* scalef takes the floor of its exponent itself */
}

/* 32 times x Phi(x) in fp16, as max(x, 0) - |x| Phi(-|x|), the latter by a line for each eighth of |x| < 4 (tables in fp16); absolute
 * error below 1e-3 beside the rounding of fp16, a small part of a step of int8. */
static inline __m512h gelu(__m512h x) {
    static const uint16_t SLOPES[PAIRS] __attribute__((aligned(ALIGN))) = {
        0x379a, 0x366a, 0x34e1, 0x32df, 0x3041, 0x2bdb, 0x153e, 0xa9fc, 0xad4d, 0xaee4, 0xafd4, 0xb01b, 0xb012, 0xafbd, 0xaf18, 0xae4e,
        0xad74, 0xac9a, 0xab95, 0xaa1c, 0xa8d3, 0xa775, 0xa5a7, 0xa434, 0xa223, 0xa066, 0x9e31, 0x9c47, 0x99d0, 0x97c2, 0x9517, 0x9290};
    static const uint16_t STARTS[PAIRS] __attribute__((aligned(ALIGN))) = {
        0x0a60, 0x1d88, 0x25fc, 0x2a97, 0x2d95, 0x3013, 0x3165, 0x32a4, 0x33b8, 0x3448, 0x348f, 0x34af, 0x34a8, 0x3480, 0x343a, 0x33bd,
        0x32ea, 0x3209, 0x3126, 0x304c, 0x2f07, 0x2da0, 0x2c6a, 0x2acb, 0x2920, 0x2797, 0x2584, 0x23de, 0x2182, 0x1f93, 0x1d1d, 0x1ac9};
    const __m512h size = _mm512_min_ph(_mm512_abs_ph(x), _mm512_set1_ph((_Float16)3.93f));
    const __m512i eighth = _mm512_castph_si512(_mm512_add_ph(size, _mm512_set1_ph((_Float16)128.0f)));  /* the nearest, in the last bits */
    const __m512h slope = _mm512_castsi512_ph(_mm512_permutexvar_epi16(eighth, _mm512_load_si512(SLOPES)));
    const __m512h start = _mm512_castsi512_ph(_mm512_permutexvar_epi16(eighth, _mm512_load_si512(STARTS)));
    return _mm512_sub_ph(_mm512_max_ph(x, _mm512_setzero_ph()), _mm512_fmadd_ph(slope, size, start));
}

/* 16 numbers in fp16. */
static inline __m512 wide(const uint16_t *from) { return _mm512_cvtph_ps(_mm256_load_si256((const __m256i *)from)); }

/* 32 floats in fp16; what is too large becomes infinite. */
static inline __m512h narrow(__m512 low, __m512 high) {
    const __m512d both = _mm512_castpd256_pd512(_mm256_castph_pd(_mm512_cvtxps_ph(low)));
    return _mm512_castpd_ph(_mm512_insertf64x4(both, _mm256_castph_pd(_mm512_cvtxps_ph(high)), 1));
}

static inline __m512 larger(__m512 top, __m512 x) { return _mm512_max_ps(top, _mm512_abs_ps(x)); }

static inline __m512 added(const __m512 four[4]) {
    return _mm512_add_ps(_mm512_add_ps(four[0], four[1]), _mm512_add_ps(four[2], four[3]));
}

static inline float largest(const __m512 four[4]) {
    return _mm512_reduce_max_ps(_mm512_max_ps(_mm512_max_ps(four[0], four[1]), _mm512_max_ps(four[2], four[3])));
}

/* The first `rest` of 16 lanes. */
static inline __mmask16 lanes(int rest) { return rest >= LANES ? 0xffff : rest <= 0 ? 0 : (__mmask16)((1u << rest) - 1); }

/* The factor that makes steps of int8 of numbers up to `limit`. */
static float steps_of(float limit) { return limit > 0 ? 127.0f / limit : 0.0f; }

/* 16 floats as steps of int8. */
static inline __m128i quantised(__m512 x, __m512 factor) {
    return _mm512_cvtsepi32_epi8(_mm512_cvtps_epi32(_mm512_mul_ps(x, factor)));
}

/* A square root without the library of mathematics. */
static inline float root(float x) { return _mm_cvtss_f32(_mm_sqrt_ss(_mm_set_ss(x))); }

/* Where number `i` of row `row` stands in a block of tiles. */
static inline __m128i *place(int8_t *tiles, int row, int i) {
    return (__m128i *)(tiles + (size_t)(i / DEPTH) * BLOCK * DEPTH + row * DEPTH + i % DEPTH);
}

/* Normalises a row (a multiple of 64 numbers) and returns the largest absolute value in it. Four sums at a time: none waits for another. */
static INLINE float normalise(float *row, int size, Norm norm, float epsilon) {
    __m512 sum[4], squares[4], top[4];
    for (int j = 0; j < 4; j++) sum[j] = squares[j] = top[j] = _mm512_setzero_ps();
    for (int i = 0; i < size; i += 4 * LANES)
        for (int j = 0; j < 4; j++) sum[j] = _mm512_add_ps(sum[j], _mm512_load_ps(row + i + j * LANES));
    const __m512 mean = _mm512_set1_ps(_mm512_reduce_add_ps(added(sum)) / (float)size);
    for (int i = 0; i < size; i += 4 * LANES)
        for (int j = 0; j < 4; j++) {
            const __m512 centred = _mm512_sub_ps(_mm512_load_ps(row + i + j * LANES), mean);
            squares[j] = _mm512_fmadd_ps(centred, centred, squares[j]);
        }
    const __m512 factor = _mm512_set1_ps(1.0f / root(_mm512_reduce_add_ps(added(squares)) / (float)size + epsilon));
    for (int i = 0; i < size; i += 4 * LANES)
        for (int j = 0; j < 4; j++) {
            const int at = i + j * LANES;
            const __m512 unit = _mm512_mul_ps(_mm512_sub_ps(_mm512_load_ps(row + at), mean), factor);
            const __m512 value = _mm512_fmadd_ps(unit, _mm512_load_ps(norm.weight + at), _mm512_load_ps(norm.bias + at));
            _mm512_store_ps(row + at, value);
            top[j] = larger(top[j], value);
        }
    return largest(top);
}

/* The largest absolute value in a row (a multiple of 64 numbers). */
static INLINE float limit_of(const float *row, int size) {
    __m512 top[4];
    for (int j = 0; j < 4; j++) top[j] = _mm512_setzero_ps();
    for (int i = 0; i < size; i += 4 * LANES)
        for (int j = 0; j < 4; j++) top[j] = larger(top[j], _mm512_load_ps(row + i + j * LANES));
    return largest(top);
}

#endif
