/* Sixteen floats at once: powers of two, GELU, steps of int8, layer norm. */

#ifndef GONGKAI_VECTORS_H
#define GONGKAI_VECTORS_H

#include <immintrin.h>
#include <stdint.h>
#include <string.h>

enum { BLOCK = 32, TILE = 16, LANES = 16, DEPTH = 64, PAIRS = 32, ALIGN = 64, TILE_BYTES = 1024 };

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

/* x Phi(x) as max(x, 0) - |x| Phi(-|x|), the latter by a line for each eighth of |x| < 4; absolute error below 8e-4, a small part of
 * a step of int8. */
static inline __m512 gelu(__m512 x) {
    static const float SLOPES[32] __attribute__((aligned(ALIGN))) = {
        0.47508234f, 0.40091029f, 0.30487424f, 0.21473466f, 0.1329343f, 0.061366517f, 0.0012793792f, -0.046760216f,
        -0.082843117f, -0.10764255f, -0.12229937f, -0.12828346f, -0.12724781f, -0.1208901f, -0.11083388f, -0.098537095f,
        -0.085231662f, -0.071893424f, -0.059239034f, -0.047744006f, -0.037675213f, -0.029131342f, -0.022085508f, -0.016425531f,
        -0.011988927f, -0.0085909897f, -0.0060455669f, -0.0041789892f, -0.0028381788f, -0.0018941893f, -0.0012424889f, -0.00080114033f};
    static const float STARTS[32] __attribute__((aligned(ALIGN))) = {
        0.00019457424f, 0.005402348f, 0.023373708f, 0.051486034f, 0.087200277f, 0.12737139f, 0.16858843f, 0.20752595f,
        0.24126215f, 0.26752731f, 0.28485852f, 0.29265189f, 0.2911135f, 0.2811448f, 0.26415208f, 0.24185187f,
        0.21606891f, 0.18856169f, 0.16088775f, 0.13431586f, 0.10978492f, 0.087903216f, 0.068978898f, 0.05307046f,
        0.040046785f, 0.029647984f, 0.021540405f, 0.015362041f, 0.010756574f, 0.0073962705f, 0.0049950588f, 0.0033137922f};
    const __m512 size = _mm512_min_ps(_mm512_abs_ps(x), _mm512_set1_ps(3.93f));
    const __m512i eighth = _mm512_castps_si512(_mm512_add_ps(size, _mm512_set1_ps(0x1p20f)));  /* the nearest, in the last bits */
    const __m512 slope = _mm512_permutex2var_ps(_mm512_load_ps(SLOPES), eighth, _mm512_load_ps(SLOPES + LANES));
    const __m512 start = _mm512_permutex2var_ps(_mm512_load_ps(STARTS), eighth, _mm512_load_ps(STARTS + LANES));
    return _mm512_sub_ps(_mm512_max_ps(x, _mm512_setzero_ps()), _mm512_fmadd_ps(slope, size, start));
}

/* 16 numbers in fp16. */
static inline __m512 wide(const uint16_t *from) { return _mm512_cvtph_ps(_mm256_load_si256((const __m256i *)from)); }

static inline __m512 larger(__m512 top, __m512 x) { return _mm512_max_ps(top, _mm512_abs_ps(x)); }

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

/* Normalises a row and returns the largest absolute value in it. */
static float normalise(float *row, int size, Norm norm, float epsilon) {
    __m512 sum = _mm512_setzero_ps(), squares = sum, top = sum;
    for (int i = 0; i < size; i += LANES) sum = _mm512_add_ps(sum, _mm512_load_ps(row + i));
    const __m512 mean = _mm512_set1_ps(_mm512_reduce_add_ps(sum) / (float)size);
    for (int i = 0; i < size; i += LANES) {
        const __m512 centred = _mm512_sub_ps(_mm512_load_ps(row + i), mean);
        squares = _mm512_fmadd_ps(centred, centred, squares);
    }
    const __m512 factor = _mm512_set1_ps(1.0f / root(_mm512_reduce_add_ps(squares) / (float)size + epsilon));
    for (int i = 0; i < size; i += LANES) {
        const __m512 unit = _mm512_mul_ps(_mm512_sub_ps(_mm512_load_ps(row + i), mean), factor);
        const __m512 value = _mm512_fmadd_ps(unit, _mm512_load_ps(norm.weight + i), _mm512_load_ps(norm.bias + i));
        _mm512_store_ps(row + i, value);
        top = larger(top, value);
    }
    return _mm512_reduce_max_ps(top);
}

#endif
